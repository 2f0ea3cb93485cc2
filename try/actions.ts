/** Actions of others that are run as this one: it is a drop-in for them. */
const DROP_IN_FOR = 'aws-actions/configure-aws-credentials';
const CHECKOUT = 'actions/checkout';

/** What becomes of a step with this `uses:`. */
export type Use =
  | { readonly kind: 'this action'; readonly insteadOf?: string }
  | { readonly kind: 'checkout' }
  /** One of the repository itself, of which only its file tells more. */
  | { readonly kind: 'local' }
  | { readonly kind: 'skipped'; readonly reason: string };

/** @param uses as under `uses:`, such as `octo-org/aws-identity-action@v1` */
export function useOf(uses: string): Use {
  const [action = ''] = uses.split('@');
  if (uses.startsWith('docker://')) return skipped('containers are not supported here');
  if (uses.startsWith('./')) return { kind: 'local' };
  if (/^[\w.-]+\/aws-identity-action$/i.test(action)) return { kind: 'this action' };
  if (action.toLowerCase() === DROP_IN_FOR) return { kind: 'this action', insteadOf: DROP_IN_FOR };
  if (action.toLowerCase() === CHECKOUT) return { kind: 'checkout' };
  return skipped('an action of others; only this action runs here. It has no outputs');
}

function skipped(reason: string): Use {
  return { kind: 'skipped', reason };
}
