import type { Explanation } from '../errors/action-error';
import type { Refusal } from './failure';

/** How far this machine's clock is ahead of AWS's, in milliseconds, by the Date of AWS's refusal; 0 if it has none. */
export function skewIn({ date }: Refusal): number {
  return date ? Date.now() - date.getTime() : 0;
}

/** @param why what a clock that is off has to do with the refusal */
export function explainSkew(refusal: Refusal, why: string): Explanation {
  return {
    code: 'clock-skew',
    why: `${skewInWords(refusal)} ${why}`,
    fix: "Set the runner's clock, for example with NTP.",
  };
}

function skewInWords(refusal: Refusal): string {
  const skewMs = skewIn(refusal);
  const [amount, unit] = Math.abs(skewMs) < 120_000 ? [skewMs / 1000, 'seconds'] : [skewMs / 60_000, 'minutes'];
  return `This machine's clock is ${Math.round(Math.abs(amount))} ${unit} ${skewMs > 0 ? 'ahead of' : 'behind'} AWS's.`;
}
