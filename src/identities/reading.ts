import type { Deliveries } from './deliveries';
import type { DocumentProblems } from './document-problems';
import type { SoundDocument } from './structure';
import type { YamlText } from './yaml-text';

export interface DocumentSettings {
  /** The folder that paths lead from, and not out of. */
  readonly workspace: string;
  /** That of the region: ARNs of another are wrong. */
  readonly partition: string;
  /** The job's own repository: GITHUB_REPOSITORY, GITHUB_REPOSITORY_ID and GITHUB_REPOSITORY_OWNER_ID. */
  readonly repository?: { readonly name: string; readonly id?: string; readonly ownerId?: string };
  /** Where that repository is: GITHUB_SERVER_URL. github.com when left out. */
  readonly server?: string;
}

/** What the readers of a document's parts share. A part that they find wrong is noted, and read as if it were not there. */
export interface Reading {
  readonly settings: DocumentSettings;
  readonly document: SoundDocument;
  /** Names of all policies that the document declares, also of those that are wrong. */
  readonly policyNames: readonly string[];
  readonly yaml: YamlText;
  readonly problems: DocumentProblems;
  /** What is worth saying although it is not wrong. */
  readonly warnings: string[];
  readonly deliveries: Deliveries;
}
