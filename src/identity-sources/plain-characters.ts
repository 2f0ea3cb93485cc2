import type { SessionSettings } from '../inputs/request';
import type { StsSession } from '../sts/answer';

/** With about one in four secrets free of special characters, so many in a row with some do not happen. */
const MAX_TRIES = 60;

/** Some programs cannot take a secret with special characters: obtains sessions until there is none in it. */
export async function withPlainCharacters(
  { plainCharacters }: SessionSettings,
  warn: (text: string) => void,
  obtain: () => Promise<StsSession>,
): Promise<StsSession> {
  for (let tries = 1; ; tries += 1) {
    const session = await obtain();
    if (!plainCharacters || /^[A-Za-z0-9]*$/.test(session.credentials.secretAccessKey)) return session;
    if (tries < MAX_TRIES) continue;
    warn(`The secret access key has special characters, as had the ${MAX_TRIES - 1} before it.`);
    return session;
  }
}
