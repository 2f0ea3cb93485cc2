import type { DeclaredOidcProvider } from '../../../src/identities/declaration';
import { planOidcProvider, type ExistingOidcProvider } from '../../../src/provisioning/resources/oidc-provider';
import {
  arn,
  changeIn,
  declaredProvider,
  existingProvider,
  NOBODYS,
  obstacleIn,
  OURS,
  OURS_LINES,
  OURS_LIST,
  plannedChange,
  RULES,
  THEIRS,
} from '../declared';

const OpenIDConnectProviderArn = arn('oidc-provider/token.actions.githubusercontent.com');
const name = 'token.actions.githubusercontent.com';
const kind = 'OIDC provider';
const AUDIENCE = 'sts.amazonaws.com';

function planned(declared: Partial<DeclaredOidcProvider>, existing?: Partial<ExistingOidcProvider>, rules = RULES) {
  return planOidcProvider(declaredProvider(declared), existing && existingProvider(existing), rules);
}

test('a provider that is not there is made, whole', () => {
  expect(changeIn(planned({ audiences: [AUDIENCE, 'mine'], tags: { team: 'platform' } }))).toEqual({
    widenings: [],
    action: 'create',
    kind,
    name,
    later: [],
    creates: { kind, arn: OpenIDConnectProviderArn },
    details: [`+ audience ${AUDIENCE}`, '+ audience mine', ...OURS_LINES, '+ tag team = platform'],
    stages: [
      [
        {
          operation: 'CreateOpenIDConnectProvider',
          input: {
            Url: 'https://token.actions.githubusercontent.com',
            ClientIDList: [AUDIENCE, 'mine'],
            Tags: [{ Key: 'team', Value: 'platform' }, ...OURS_LIST],
          },
        },
      ],
    ],
  });
});

test('an issuer with a path keeps it in the ARN', () => {
  const { creates } = changeIn(planned({ url: 'https://idp.example.com/tenant' }));
  expect(creates).toEqual({ kind, arn: arn('oidc-provider/idp.example.com/tenant') });
});

test('a provider as declared is kept', () => {
  const existing = { audiences: ['mine', AUDIENCE] };
  expect(planned({ audiences: [AUDIENCE, 'mine'] }, existing)).toEqual(plannedChange({ action: 'keep', kind, name }));
});

test('audiences and tags are put right', () => {
  const existing = { audiences: ['left', AUDIENCE], tags: { left: 'over', ...OURS } };
  expect(changeIn(planned({ audiences: [AUDIENCE, 'mine'], tags: { team: 'a' } }, existing))).toEqual({
    widenings: ['accepts tokens for the audience mine'],
    action: 'change',
    kind,
    name,
    later: [],
    details: ['- audience left', '+ audience mine', '- tag left = over', '+ tag team = a'],
    stages: [
      [
        {
          operation: 'RemoveClientIDFromOpenIDConnectProvider',
          input: { OpenIDConnectProviderArn, ClientID: 'left' },
        },
        { operation: 'UntagOpenIDConnectProvider', input: { OpenIDConnectProviderArn, TagKeys: ['left'] } },
      ],
      [
        { operation: 'AddClientIDToOpenIDConnectProvider', input: { OpenIDConnectProviderArn, ClientID: 'mine' } },
        {
          operation: 'TagOpenIDConnectProvider',
          input: { OpenIDConnectProviderArn, Tags: [{ Key: 'team', Value: 'a' }] },
        },
      ],
    ],
  });
});

describe('an account has one provider for an issuer: one that is', () => {
  test.each([
    ['another repository’s', THEIRS],
    ['nobody’s', NOBODYS],
  ])('%s is used as it is', (_, tags) => {
    const details = ['there already, and not made for this repository: it stays as it is'];
    expect(planned({}, { tags, audiences: [AUDIENCE, 'theirs'] })).toEqual(
      plannedChange({ action: 'leave', kind, name, details }),
    );
  });

  test.each([
    ['another repository’s', THEIRS],
    ['nobody’s', NOBODYS],
  ])('%s and lacks an audience is in the way', (_, tags) => {
    expect(obstacleIn(planned({ audiences: [AUDIENCE, 'mine'] }, { tags }))?.code).toBe('not-ours');
  });

  test('nobody’s is taken over where that is asked for', () => {
    const { action, stages } = changeIn(planned({}, { tags: {} }, { ...RULES, adoptExisting: true }));
    expect(action).toBe('change');
    expect(stages).toEqual([
      [{ operation: 'TagOpenIDConnectProvider', input: { OpenIDConnectProviderArn, Tags: OURS_LIST } }],
    ]);
  });
});
