import { described, mapping, optional, text } from './building-blocks';

const NAME = /^[\w-]{1,90}$/;

/** A workspace of HCP Terraform or Terraform Enterprise. */
export const workspace = mapping(
  {
    organization: described(
      text(NAME, 'the name of an organization of HCP Terraform'),
      'The organization, by its name.',
    ),
    workspace: described(text(NAME, 'the name of a workspace'), 'The workspace, by its name.'),
    host: optional(
      text(
        /^[a-z\d]([a-z\d.-]*[a-z\d])?(:\d{1,5})?$/i,
        'the name of a host, such as tfe.example.com, without https://',
      ),
      'The host of Terraform Enterprise, or app.eu.terraform.io. app.terraform.io if omitted.',
    ),
  },
  'a mapping such as { organization: acme, workspace: prod }',
);
