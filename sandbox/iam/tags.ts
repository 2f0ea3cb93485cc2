import type { Tags } from '../accounts/tags';
import { requestTagContext } from '../accounts/tags';
import type { ContextValues } from '../policy/context';
import { Constraints } from '../query/constraints';
import { stringList, type Parameters } from '../query/parameters';
import type { SignedCall, SignedOperations } from '../query/service';
import { maxTags, readTags } from '../query/tags';
import type { XmlFields } from '../query/xml';
import { invalidInput, quotaExceeded } from './errors';
import { listing } from './page';

interface Tagged {
  tags: Tags;
  /** As a read of that time shows them, where reads may be late. */
  tagsAt?(time: Date): Tags;
}

/** @throws Refusal ValidationError or InvalidInput */
export function requestedTags(params: Parameters): Tags {
  const constraints = new Constraints();
  const tags = readTags(params, constraints, invalidInput);
  constraints.check();
  return tags;
}

/** Tags as answers carry them; undefined when there are none. */
export function tagFields(tags: Tags): XmlFields | undefined {
  const member = tagList(tags);
  return member.length > 0 ? { member } : undefined;
}

/** TagUser, UntagUser and ListUserTags, or those of another kind of thing. */
export function tagOperations(
  noun: 'User' | 'Role' | 'Policy' | 'OpenIDConnectProvider' | 'InstanceProfile' | 'MFADevice',
  find: (call: SignedCall, context?: ContextValues) => Tagged,
): SignedOperations {
  return {
    [`Tag${noun}`]: (call) => {
      const added = requestedTags(call.params);
      const tagged = find(call, requestTagContext(added));
      const tags = { ...without(tagged.tags, Object.keys(added)), ...added };
      if (Object.keys(tags).length > maxTags) throw quotaExceeded(`TagsPer${noun}`, maxTags);
      tagged.tags = tags;
    },
    [`Untag${noun}`]: (call) => {
      const keys = stringList(call.params, 'TagKeys');
      const tagged = find(call, { 'aws:TagKeys': keys });
      tagged.tags = without(tagged.tags, keys);
    },
    [`List${noun}Tags`]: (call) => {
      const tagged = find(call);
      const tags = tagged.tagsAt?.(call.world.settings.readAt()) ?? tagged.tags;
      return listing('Tags', tagList(tags), call.params, (tag) => tag);
    },
  };
}

function tagList(tags: Tags): { readonly Key: string; readonly Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** The tags whose keys are not among these, whatever their case. */
function without(tags: Tags, keys: readonly string[]): Tags {
  const lowered = new Set(keys.map((key) => key.toLowerCase()));
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !lowered.has(key.toLowerCase())));
}
