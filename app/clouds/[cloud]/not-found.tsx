import { NothingHere } from "../../nothing-here.tsx";

export default function NotFound() {
  return (
    <div className="grid h-full place-items-center">
      <NothingHere />
    </div>
  );
}
