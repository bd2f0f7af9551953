/** The generated client, on the page's own origin; the session travels in a cookie the page cannot read. */
import { client } from "./generated/client.gen";

client.setConfig({ baseUrl: "", credentials: "same-origin" });

export { client };
