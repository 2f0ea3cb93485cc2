import { installPrograms } from './programs';
import { IS_WINDOWS, LACKS } from './windows';
import { installWine, WINE } from './wine';

/** Before all tests, and before there is more than one process that could install the same. */
export default async function install(): Promise<void> {
  if (LACKS !== undefined) return;
  if (!IS_WINDOWS && WINE) await installWine(WINE);
  await installPrograms();
}
