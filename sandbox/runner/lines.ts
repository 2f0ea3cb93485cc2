/** A line with what ends it: nothing where the text ends without. */
export interface Line {
  readonly text: string;
  readonly ending: string;
}

/** The lines of a text, as the runner tells them apart: on Windows also where a carriage return is part of the ending. */
export function linesOf(text: string, platform: NodeJS.Platform = process.platform): Line[] {
  const parts = text.split(platform === 'win32' ? /(\r?\n)/ : /(\n)/);
  return parts.flatMap((part, index) => (index % 2 === 0 ? { text: part, ending: parts[index + 1] ?? '' } : []));
}
