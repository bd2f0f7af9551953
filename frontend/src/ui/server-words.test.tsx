// @vitest-environment jsdom
import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { IntlProvider } from "use-intl";
import english from "@/messages/en.json";
import indonesian from "@/messages/id.json";
import { useServerWords } from "./server-words";

function Said({ text }: { text: string }) {
  return <p>{useServerWords()(text)}</p>;
}

function said(text: string, locale: "en" | "id"): string {
  const { unmount } = render(
    <IntlProvider locale={locale} messages={locale === "id" ? (indonesian as typeof english) : english} timeZone="UTC">
      <Said text={text} />
    </IntlProvider>,
  );
  const words = screen.getByRole("paragraph").textContent ?? "";
  unmount();
  return words;
}

it.each([
  ["measured for each signal", "diukur untuk setiap sinyal"],
  ["REDUCING by hand; daily loss limit reached (RULE-02), until the day ends", "REDUCING oleh orang; batas rugi harian tercapai (RULE-02), sampai hari berakhir"],
  ["This was ordered before; here is what came of it.", "Ini sudah dipesan sebelumnya; inilah hasilnya."],
  ["BUY: the buy score 71 leads the sell score 12", "BUY: skor beli 71 memimpin skor jual 12"],
  ["SELL: the sell score 71 leads the buy score 12", "SELL: skor jual 71 memimpin skor beli 12"],
  ["HOLD: neither buy score 8 nor sell score 9 is high enough and leads", "HOLD: skor beli 8 maupun skor jual 9 tidak cukup tinggi dan memimpin"],
  ["MACD is below zero (-12.0)", "MACD di bawah nol (-12.0)"],
  ["72 candles moved +3.10 % (+9.3)", "72 candle bergerak +3.10 % (+9.3)"],
  ["MA5 is above MA20 (+15.0)", "MA5 di atas MA20 (+15.0)"],
  ["price stands at -0.80 of the Bollinger half-width (+4.0)", "harga berada pada -0.80 dari setengah lebar Bollinger (+4.0)"],
  ["RSI is 28.4 (+5.1)", "RSI 28.4 (+5.1)"],
  ["the fast average has crossed above the slow one (+100.0)", "rata-rata cepat memotong ke atas yang lambat (+100.0)"],
  ["the trees stand below the base rate (-40.0)", "pohon keputusan di bawah laju dasar (-40.0)"],
  ["The newest closed candle of BTC-USDT says HOLD.", "Candle tutup terbaru BTC-USDT mengatakan HOLD."],
  ["marks 0x12345678…: 3 of 12 confirmations, block 77", "marks 0x12345678…: 3 dari 12 konfirmasi, blok 77"],
  ["marks 0x12345678…: in no block yet", "marks 0x12345678…: belum ada di blok mana pun"],
  ["no answer for 12 s, asked again: refused", "tidak ada jawaban selama 12 s, ditanyakan lagi: refused"],
  ["http://127.0.0.1:8545, chain 31337: outcomes count after 12 blocks", "http://127.0.0.1:8545, rantai 31337: hasil dihitung setelah 12 blok"],
  ["starting anvil", "menjalankan anvil"],
  ["synthetic prices, for no real ones could be fetched: No exchange answered within 10 s. --data DIR brings your own", "harga sintetis, karena harga nyata tidak dapat diambil: Tidak ada bursa yang menjawab dalam 10 s. --data DIR memakai milik Anda sendiri"],
  ["There is no position in BTC-USDT.", "Tidak ada posisi di BTC-USDT."],
  ["max_position_bps would become looser: 1501 asked, 1500 in force. Looser limits are submitted, wait, and are accepted.", "max_position_bps akan menjadi lebih longgar: diminta 1501, berlaku 1500. Batas yang lebih longgar diajukan, menunggu, lalu diterima."],
  ["This change can be accepted from 2024-12-03T16:00:00Z on; the clock stands at 2024-12-02T16:00:00Z.", "Perubahan ini dapat diterima mulai 2024-12-03T16:00:00Z; jam menunjukkan 2024-12-02T16:00:00Z."],
  ["A withdrawal takes free cash only: 99 asked, 7 available.", "Penarikan hanya dari kas bebas: diminta 99, tersedia 7."],
  ["Nothing is withdrawn while a held market's price is stale or a step waits for confirmation: 9 asked, 7 available.", "Tidak ada penarikan selama harga pasar yang dipegang basi atau sebuah langkah menunggu konfirmasi: diminta 9, tersedia 7."],
  ["Tradeseal is still starting: reading candles.", "Tradeseal masih dimulai: membaca candle."],
  ["at most 2000 bps", "paling banyak 2000 bps"],
  ["SELL at 8 and 41", "SELL pada 8 dan 41"],
])("says %j in the reader's language, its numbers unchanged", (text, words) => {
  expect(said(text, "id")).toBe(words);
  expect(said(text, "en")).toBe(text);
});

it("leaves what it does not know as the server wrote it", () => {
  expect(said("a plug-in of yours says so (+1.0)", "id")).toBe("a plug-in of yours says so (+1.0)");
});
