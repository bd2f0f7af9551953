/** The main page's panels below the first screen: one script, loaded once the first screen is alive. */
export { Equity } from "@/features/equity";
export { Health } from "@/features/health";
export { Rejections } from "@/features/rejections";
export { Signals } from "@/features/signals";
