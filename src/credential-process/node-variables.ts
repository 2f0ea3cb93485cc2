import { canTrustLater } from '../network/certificates';

/**
 * Options of Node that decide how it connects to services. Others can break the program: what is loaded first may
 * not be there in another folder, and what traces, writes to stderr.
 */
const ABOUT_CONNECTIONS = [
  /^--use-(bundled|openssl|system)-ca$/,
  /^--(use-env-proxy|openssl-(legacy-provider|shared-config)|tls-(min|max)-v1\.\d)$/,
  /^--(no-)?network-family-autoselection$/,
  /^--(dns-result-order|network-family-autoselection-attempt-timeout|tls-cipher-list)=[\w:!,.+-]+$/,
];

/**
 * The variables that Node reads before the program behind a profile runs, as they are to be for it. A later step sets them
 * for its own programs: with those, Node could fail to start, or print something next to the credentials.
 *
 * https://nodejs.org/api/cli.html#environment-variables
 *
 * @param env that of the step, with which Node did start
 */
export function nodeVariables({ NODE_OPTIONS = '' }: NodeJS.ProcessEnv): Record<string, string> {
  const options = NODE_OPTIONS.split(/\s+/).filter((option) => ABOUT_CONNECTIONS.some((about) => about.test(option)));
  return {
    NODE_OPTIONS: options.join(' '),
    NODE_DEBUG: '',
    NODE_V8_COVERAGE: '',
    // Those of the step are read for a renewal alone.
    ...(canTrustLater() && { NODE_EXTRA_CA_CERTS: '' }),
  };
}
