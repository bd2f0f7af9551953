import dynamic from "next/dynamic";

/** Nobody needs it before there is an answer to show. */
export const Precheck = dynamic(() => import("./precheck").then((file) => file.Precheck), { ssr: false });
