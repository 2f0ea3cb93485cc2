import type { KeyPath } from '../text/problem';
import type { YamlText } from '../text/yaml';
import type { Deliveries } from './deliveries';
import type { DocumentProblem, DocumentProblems } from './document-problems';
import type { SoundDocument } from './structure';

export interface DocumentSettings {
  /** The folder that paths lead from, and not out of. */
  readonly workspace: string;
  /** That of the region: ARNs of another are wrong. */
  readonly partition: string;
  /** The job's own repository: GITHUB_REPOSITORY, GITHUB_REPOSITORY_ID and GITHUB_REPOSITORY_OWNER_ID. */
  readonly repository:
    { readonly name: string; readonly id: string | undefined; readonly ownerId: string | undefined } | undefined;
  /** The server of that repository: GITHUB_SERVER_URL. */
  readonly server: string;
}

/** What the readers of a document's parts share. A part that they find wrong is noted, and read as if it were not there. */
export interface DocumentReading {
  readonly settings: DocumentSettings;
  readonly document: SoundDocument;
  /** Names of all policies that the document declares, also of those that are wrong. */
  readonly policyNames: readonly string[];
  readonly yaml: YamlText;
  readonly problems: DocumentProblems;
  /** What is worth saying although it is not wrong. */
  readonly warnings: DocumentProblem[];
  readonly deliveries: Deliveries;
}

/** Reads a part of a document from what is right of it. Undefined if too little is. */
export type PartReader<Given, Read> = (given: Given, path: KeyPath, reading: DocumentReading) => Read | undefined;
