"use client";
import { Search, X } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Input } from "../../ui/input.tsx";

/** Types at once, asks the list a moment later, and keeps the URL in step. */
export function FilterBox(props: {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
  count: string;
}) {
  const id = useId();
  const [text, setText] = useState(props.value);
  const { value, onChange } = props;
  const told = useRef(value);
  // A value that comes from elsewhere is shown; the echo of our own comes while more is typed.
  useEffect(() => {
    if (told.current !== value) setText(value);
    told.current = value;
  }, [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => {
      told.current = text;
      onChange(text);
    }, 120);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <div className="flex items-center gap-3">
      <div className="relative min-w-0 flex-1">
        <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-faint" />
        <label htmlFor={id} className="sr-only">
          {props.label}
        </label>
        <Input
          id={id}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape" && text !== "") {
              event.stopPropagation();
              setText("");
            }
          }}
          placeholder={props.placeholder}
          className="w-full pr-8 pl-8 font-mono text-xs"
        />
        {text !== "" ? (
          <Button
            variant="ghost"
            size="icon"
            aria-label="Clear the filter"
            className="absolute top-0 right-0"
            onClick={() => setText("")}
          >
            <X aria-hidden />
          </Button>
        ) : null}
      </div>
      <span role="status" className="shrink-0 text-xs text-muted tabular-nums empty:hidden">
        {props.count}
      </span>
    </div>
  );
}
