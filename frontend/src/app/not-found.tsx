import { Lost } from "@/layout/shell";

export default function NotFound() {
  return <Lost />;
}
