import { headersIn, undoSections, writeSections, type Settings } from '../../src/profile/ini';

/* Edits of one section, of which the tests make many, one after the other. */

export function hasSection(text: string, header: string): boolean {
  return headersIn(text).has(header);
}

export function writeSection(original: string, header: string, settings: Settings) {
  const { text, written } = writeSections(original, [{ header, settings }]);
  return { text, replaced: written[0]?.replaced ?? undefined };
}

export function removeSection(text: string, header: string): string {
  return undoSections(text, [{ header, replaced: null }]);
}

export function restoreSection(text: string, header: string, replaced: string): string {
  return undoSections(text, [{ header, replaced }]);
}
