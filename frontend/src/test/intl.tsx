/** Components with the page's own English words around them. */
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { IntlProvider } from "use-intl";
import english from "@/messages/en.json";

export function Worded({ children }: { children: ReactNode }) {
  return (
    <IntlProvider locale="en" messages={english} timeZone="UTC">
      {children}
    </IntlProvider>
  );
}

export function renderWorded(what: ReactNode) {
  return render(what, { wrapper: Worded });
}
