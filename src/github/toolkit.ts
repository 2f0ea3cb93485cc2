/**
 * GitHub's toolkit for its API. It brings an HTTP client, without which the rest of the action is bundled: so it has a
 * bundle of its own.
 */
export { getOctokit } from '@actions/github';
