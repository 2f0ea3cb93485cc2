import { type IAMClient, ListMFADevicesCommand } from '@aws-sdk/client-iam';

/**
 * The serial numbers of those MFA devices of the user whose keys sign that show codes; security keys do not. Needs
 * `iam:ListMFADevices` on that user. A user has at most 8 devices, so that they fit into one page.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADevices.html
 */
export async function listMfaDevices(client: IAMClient, abortSignal: AbortSignal): Promise<string[]> {
  const { MFADevices = [] } = await client.send(new ListMFADevicesCommand({}), { abortSignal });
  return MFADevices.flatMap(({ SerialNumber }) => SerialNumber ?? []).filter((serial) => !serial.includes(':u2f/'));
}
