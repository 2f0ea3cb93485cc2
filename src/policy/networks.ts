import { isIP } from 'node:net';

/**
 * Whether every address of some networks is surely in one of the others, also where it takes several of them to make up a
 * whole. What is no network, such as a variable, is only in what is written like it.
 */
export function areWithinNetworks(networks: readonly string[], others: readonly string[]): boolean {
  const prefixes = others.map(prefixOf).filter((prefix) => prefix !== undefined);
  return networks.every((network) => {
    const prefix = prefixOf(network);
    return others.includes(network) || (prefix !== undefined && isCovered(prefix, prefixes));
  });
}

/** Whether a network has more addresses than any that AWS says limits who calls. */
export function isBroadNetwork(network: string): boolean {
  const prefix = prefixOf(network);
  if (prefix === undefined) return false;
  const [version, ...bits] = prefix;
  return bits.length < (version === '4' ? 8 : 32);
}

/** Whether each way in which a prefix goes on is one of others, or goes on from it. */
function isCovered(prefix: string, by: readonly string[]): boolean {
  if (by.some((other) => prefix.startsWith(other))) return true;
  const inside = by.filter((other) => other.startsWith(prefix));
  return inside.length > 0 && ['0', '1'].every((bit) => isCovered(prefix + bit, inside));
}

/** The version of the protocol, and the bits with which all addresses of a network begin: `400001010` for 10.0.0.0/8. */
function prefixOf(network: string): string | undefined {
  const [, address = '', given] = /^([^/%]*)(?:\/(\d+))?$/.exec(network) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  const bits = version === 4 ? bitsOfIpv4(address) : bitsOfIpv6(address);
  const length = given === undefined ? bits.length : Number(given);
  return length <= bits.length ? `${version}${bits.slice(0, length)}` : undefined;
}

function bitsOfIpv4(address: string): string {
  return address
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');
}

function bitsOfIpv6(address: string): string {
  const [start = '', end = ''] = address.split('::').map((groups) =>
    groups
      .split(':')
      .filter((group) => group !== '')
      .map((group) => (group.includes('.') ? bitsOfIpv4(group) : parseInt(group, 16).toString(2).padStart(16, '0')))
      .join(''),
  );
  return start.padEnd(128 - end.length, '0') + end;
}
