/** What our charts use of lightweight-charts: named here, so that the rest of it is not sent. */
export { BaselineSeries, CandlestickSeries, createChart, createSeriesMarkers, HistogramSeries, LineSeries, LineStyle } from "lightweight-charts";
