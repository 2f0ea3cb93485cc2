import * as z from 'zod/mini';
import { described, mapping, optional, text } from './building-blocks';

const NAME = /^[\w-]{1,90}$/;
const NAME_RULE = 'of at most 90 letters, digits, - and _';
const HOST = /^[a-z\d]([a-z\d.-]*[a-z\d])?(:\d{1,5})?$/i;
const HOST_RULE = 'the name of a host, such as tfe.example.com, without https://';

/** A workspace of HCP Terraform or Terraform Enterprise. */
export const workspace = mapping(
  {
    organization: described(
      text(NAME, `the name of an organization of HCP Terraform, ${NAME_RULE}`),
      'The organization, by its name.',
    ),
    workspace: described(text(NAME, `the name of a workspace, ${NAME_RULE}`), 'The workspace, by its name.'),
    host: optional(
      // Some that look like one are none, such as a port or an address that is too large.
      text(HOST, HOST_RULE).check(z.refine((host) => !HOST.test(host) || URL.canParse(`https://${host}`), HOST_RULE)),
      'The host of Terraform Enterprise, or app.eu.terraform.io. That in TFE_ADDRESS if omitted, or app.terraform.io.',
    ),
  },
  'a mapping such as { organization: acme, workspace: prod }',
);
