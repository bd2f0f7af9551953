"use client";

import { Login } from "@/features/login";

export function LoginPage() {
  return <Login />;
}
