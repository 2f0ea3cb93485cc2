/** What an error says. What was thrown need not be one. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The first line of what an error says: in others, the SDK tells developers where to look. */
export function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}
