import dynamic from "next/dynamic";

/** Opened rarely and by hand: loaded then. */
export const LeverDialog = dynamic(() => import("./lever-dialog").then((file) => file.LeverDialog), { ssr: false });
