"use client";

/**
 * The page's words. Each language has a file for what stands around every page, one for each page, one for dialogs. Those of the page and
 * the language that were asked for stand in the page itself (scripts/postbuild.mjs): nothing waits for them, and what is drawn
 * never changes under the reader. All others are loaded when they are needed.
 */
import { usePathname } from "next/navigation";
import { createContext, use, useEffect, useMemo, useState, type ReactNode } from "react";
import { IntlProvider, useMessages, type Messages } from "use-intl";
import { FILES, type Room } from "@/messages/built/rooms";
import { EXPORTED, tellServer, useLanguage, type Language } from "./language";

interface Words {
  language: Language;
  messages: Messages;
}

const DIALOGS = "dialogs";

const here = new Map(cameAlong());
const loaded = new Map<string, Promise<Messages>>();
const failed = new Set<string>();

/** Words that did not come are asked for again when they are next needed; not before, or who waits for them would ask without end. */
export function forgetFailed(): void {
  for (const key of failed) loaded.delete(key);
  failed.clear();
}

/** What the page brought along; nothing while it is exported or developed. */
function cameAlong(): [string, Messages][] {
  const text = typeof document === "undefined" ? null : document.getElementById("page-words")?.textContent;
  return text ? Object.entries(JSON.parse(text) as Record<string, Messages>).map(([room, messages]) => [`${EXPORTED}/${room}`, messages]) : [];
}

function load(language: Language, room: Room): Promise<Messages> {
  const key = `${language}/${room}`;
  const known = loaded.get(key) ?? FILES[language][room]();
  loaded.set(key, known);
  known.catch(() => failed.add(key));
  return known;
}

/** The words of a room in one language, and once it is chosen and loaded in another one. */
function useWords(room: Room, begin: Language, wanted: Language): Words {
  const first = here.get(`${begin}/${room}`) ?? use(load(begin, room));
  const [words, setWords] = useState<Words>({ language: begin, messages: first });
  useEffect(() => {
    if (words.language === wanted) return;
    let gone = false;
    load(wanted, room).then(
      (messages) => {
        if (!gone) setWords({ language: wanted, messages });
      },
      // The language that is there stays.
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [room, wanted, words.language]);
  return words;
}

const ShellWords = createContext<Words>({ language: EXPORTED, messages: {} as Messages });

export function LanguageProvider({ children }: { children: ReactNode }) {
  const wanted = useLanguage();
  const words = useWords("shell", EXPORTED, wanted);
  useEffect(() => {
    if (wanted !== EXPORTED) tellServer(wanted);
  }, [wanted]);
  useEffect(() => {
    // Setting it has the browser work out every style anew, also where nothing changes.
    if (document.documentElement.lang !== words.language) document.documentElement.lang = words.language;
  }, [words.language]);
  return (
    <ShellWords value={words}>
      <IntlProvider locale={words.language} messages={words.messages} timeZone="UTC">
        {children}
      </IntlProvider>
    </ShellWords>
  );
}

/** Around what a page shows: the words of that page alone, beside those that stand around every page. */
export function PageWords({ children }: { children: ReactNode }) {
  const room = roomAt(usePathname());
  return room === null ? children : <RoomWords key={room} room={room}>{children}</RoomWords>; // prettier-ignore
}

/** Around a dialog: what only dialogs say, beside what is said where it was opened. */
export function DialogWords({ children }: { children: ReactNode }) {
  return <RoomWords room={DIALOGS}>{children}</RoomWords>;
}

function RoomWords({ room, children }: { room: Room; children: ReactNode }) {
  const { language } = use(ShellWords);
  const around = useMessages();
  const [begin] = useState(language);
  const own = useWords(room, begin, language);
  const messages = useMemo(() => ({ ...around, ...own.messages }), [around, own.messages]);
  return (
    <IntlProvider locale={own.language} messages={messages} timeZone="UTC">
      {children}
    </IntlProvider>
  );
}

function roomAt(path: string): Room | null {
  const name = path === "/" ? "home" : path.slice(1);
  return name in FILES.en ? (name as Room) : null;
}
