import { Analytics } from "../components/analytics.tsx";

export default function Page() {
  return <Analytics />;
}
