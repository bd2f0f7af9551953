"use client";

import { Settings } from "@/features/settings";

export function SettingsPage() {
  return <Settings />;
}
