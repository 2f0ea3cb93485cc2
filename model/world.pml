/* The world around the runs: IAM, GitHub's secrets, time, people, jobs. docs/key-model.md explains the model.
 *
 * Time passes in ticks of T, the longest that a read of IAM may be old. A tick may come between any two steps, so a run
 * may be as slow as can be. Ages are counted in ticks, up to OLD. */

/* --- Bounds: each search may set them --- */
#ifndef KEYS
#define KEYS 6          /* how many keys a user can ever get; a key's number is its place in the order of CreateDate */
#endif
#ifndef PLACES
#define PLACES 1        /* places that last, with two halves each: key ID and secret */
#endif
#ifndef USERS
#define USERS 1
#endif
#ifndef RUNS
#define RUNS 2          /* runs at the same time */
#endif
#ifndef CRASHES
#define CRASHES 1       /* how many runs may die, at any step */
#endif
#ifndef LOSSES
#define LOSSES 1        /* how many requests may be refused, lose their answer, or arrive late */
#endif

/* --- Constants of the protocol, in ticks --- */
#ifndef SETTLE
#define SETTLE 1        /* T: waited after CreateAccessKey was answered */
#endif
#define FENCE 2         /* L: no PUT of a key that is older */
#define LATE 1          /* D: how late a request may arrive */
#ifndef LATE_CREATE
#define LATE_CREATE LATE        /* how late a CreateAccessKey may */
#endif
#ifndef TAKEOVER
#define TAKEOVER 4      /* a key that is older has no living run: L + D + T */
#endif
#define GRACE 4
#ifndef UNTIL
#define UNTIL 5         /* how long a job can last after its key was made */
#endif
#ifdef JOBS
#define OLD UNTIL
#else
#define OLD 4
#endif

/* --- Rules to omit: each search of a mutant sets one --- */
#ifndef NO_STOP
#define NO_STOP 0               /* plans although another run's key is young */
#endif
#ifndef NO_ANNOUNCEMENT
#define NO_ANNOUNCEMENT 0       /* CreateAccessKey without the tag `making` */
#endif
#ifndef NO_HURRY
#define NO_HURRY 0              /* CreateAccessKey at any time after the announcement */
#endif
#ifndef HASTY_FORGET
#define HASTY_FORGET 0          /* removes the announcements of others after the takeover */
#endif
#ifndef HASTY_WITHDRAW
#define HASTY_WITHDRAW 0        /* takes back its announcement whatever keys came meanwhile */
#endif
#ifndef NO_ORDER
#define NO_ORDER 0              /* the younger key does not yield */
#endif
#ifndef NO_REPLAN
#define NO_REPLAN 0             /* does not check whether the plan still holds */
#endif
#ifndef NO_FENCE
#define NO_FENCE 0              /* a PUT at any age of the key */
#endif
#ifndef NO_DELIVERING
#define NO_DELIVERING 0         /* no tag `delivering`: what became of a key is concluded from the places alone */
#endif
#ifndef ONE_TAG
#define ONE_TAG 0               /* all stages of a key in one tag: a late TagUser puts an earlier one back */
#endif
#ifndef NO_WAIT
#define NO_WAIT 0               /* does not wait for a PUT without an answer */
#endif
#ifndef NO_CHECK
#define NO_CHECK 0              /* records the key as delivered without reading anything again */
#endif
#ifndef HASTY_CHECK
#define HASTY_CHECK 0           /* looks once before it records a key, although others may have just taken it for left */
#endif
#ifndef HASTY_ARRIVAL
#define HASTY_ARRIVAL 0         /* looks once before it records the key of a run that is over, and keeps it */
#endif
#ifndef NO_UNDO
#define NO_UNDO 0               /* a run whose key another run wrote over leaves it as one that may have arrived */
#endif
#ifndef ONE_LOOK
#define ONE_LOOK 0              /* deletes what others left after one look, at once */
#endif
#ifndef NO_DRIFT
#define NO_DRIFT 0              /* does not look at the places of a key that is kept */
#endif
#ifndef NO_SUSPECT
#define NO_SUSPECT 0            /* every key without a tag is a person's */
#endif
#ifndef HASTY_SUSPECT
#define HASTY_SUSPECT 0         /* a suspect is deleted without its grace and its last use */
#endif
#ifndef NO_RED_RECORD
#define NO_RED_RECORD 0         /* a run that has no room for a new key records nothing */
#endif
#ifndef HELD_ENDED
#define HELD_ENDED 0            /* a key that a place still holds ends by its grace, or with delete-old-keys */
#endif
#ifndef NO_LATEST
#define NO_LATEST 0             /* a place that was written later than the run could counts as written by it */
#endif
#ifndef TORN_DELETED
#define TORN_DELETED 0          /* a key that arrived in some places only is deleted */
#endif
#ifndef NO_LOOK_AFTER
#define NO_LOOK_AFTER 0         /* deprovision does not read the keys again */
#endif
#ifndef ANY_USER
#define ANY_USER 0              /* EntityAlreadyExists counts as created */
#endif
#ifndef NO_GRACE
#define NO_GRACE 0              /* a replaced key goes at once, if it is not in use */
#endif
#ifndef NO_LAST_USE
#define NO_LAST_USE 0           /* a replaced key goes after its grace, although it is in use */
#endif
#ifndef USED_SINCE
#define USED_SINCE 0            /* a replaced key that was used once since stays forever */
#endif
#ifndef NO_JOB_TAG
#define NO_JOB_TAG 0            /* the key of a job is tagged as one that was made for a place */
#endif
#ifndef HASTY_JOB
#define HASTY_JOB 0             /* a key with the tag `job` goes when it is no longer young */
#endif
#ifndef JOB_JUDGES
#define JOB_JUDGES 0            /* a run whose document has no places records a delivery that was begun */
#endif
#ifndef NO_UNTIL
#define NO_UNTIL 0              /* the key of a lost job stays */
#endif
#ifndef OLD_SIGNS
#define OLD_SIGNS 0             /* a run goes on signing with the key that it replaced */
#endif
#ifndef SIGNER_RETIRED
#define SIGNER_RETIRED 0        /* a run deactivates the key it signs with, before its last call */
#endif
#ifndef NO_LIST
#define NO_LIST 0               /* `delivered` does not name the places, where times cannot be read */
#endif
#ifndef NO_EARLIER
#define NO_EARLIER 0            /* a place that was written before the key was made is not drift */
#endif
#ifndef ANY_LIST
#define ANY_LIST 0              /* `delivering` does not name the places */
#endif
#ifndef BLIND_KEPT
#define BLIND_KEPT 0            /* keeps a key beside another run although nobody can tell what its places hold */
#endif
#ifndef BLIND_TRUST
#define BLIND_TRUST 0           /* a place whose times cannot be read counts as one that nobody wrote */
#endif
#ifndef BLIND_UNDO
#define BLIND_UNDO 0            /* a key that was refused half-way is taken back although nobody can see what it left */
#endif
#ifndef OVER_AT_ONCE
#define OVER_AT_ONCE 0          /* what a run left is cleaned up as soon as GitHub says that it is over */
#endif
#ifndef UNDO_ALL
#define UNDO_ALL 0              /* a failure with one user takes back the keys of all users of the run */
#endif

/* --- Words --- */
#define HALVES (2*PLACES)
#define NONE 7
#define ABSENT 14
/* a key's tag: its stage, the key that it replaces, the places that it was meant for */
#define TAG(stage,replaces,list) ((stage)|((replaces)<<3)|((list)<<6))
#define STAGE(tag) ((tag)&7)
#define REPLACES(tag) (((tag)>>3)&7)
#define LIST(tag) ((tag)>>6)
#define UNTAGGED 0
#define MADE 1
#define DELIVERING 2
#define DELIVERED 3
#define SUSPECT 4
#define JOB_KEY 5               /* with a list: its job is recorded to be over */
#define ELSEWHERE 6             /* its run was to write places that the document does not name */
#define BIT(k) (1<<(k))
#define TWO(set) (((set)&((set)-1))!=0)
/* what a run does */
#define PROVISION 1
#define ROTATE 2
#define ROTATE_DELETE 3         /* rotate with delete-old-keys */
#define DEPROVISION 4
#define EPHEMERAL 5
#define JOB 6                   /* provision of a key that ends with the job */
/* how it ends */
#define ALIVE 0
#define GREEN 1
#define RED 2
#define DEAD 3
/* documents: the set of places in a key's `deliver` */
#define EVERYWHERE (BIT(PLACES)-1)
#ifndef DOCUMENT1
#define DOCUMENT1 EVERYWHERE
#endif
#ifndef DOCUMENT2
#define DOCUMENT2 EVERYWHERE
#endif
#ifndef BLIND
#define BLIND 0                 /* the set of places whose times cannot be read */
#endif

/* --- What must hold --- */
#ifndef ONLY
#define ONLY 0                  /* 0: everything; else only the one of this number */
#endif
#define HALVES_OF_TWO 1         /* all runs green: no place has halves of two keys */
#define DEAD_KEY 2              /* all runs green: no place, and no job, got a key that does not work */
#define LEFT_KEY 3              /* after the undisturbed runs, no active key is left that nobody holds */
#define HELD_KEY 4              /* no key that a place holds is ended, except by a person's word */
#define PROGRESS 5              /* the undisturbed runs end green, with every place whole */
#define PERSONS_KEY 6           /* no key of a person is ended */
#define CUT_OFF 7               /* no key is ended that a job holds */
#define GREEN_LIE 8             /* a run that ended green, and was the last to look, left every place whole */
#define OWN_SIGNER 9            /* no run signs with a key that it ended itself */
#define MUST(number,condition) assert((ONLY != 0 && ONLY != number) || (condition))

/* --- AWS and GitHub, for each user --- */
typedef User {
  byte there, thereThen;                /* 0: no such user; 1: one that lasts; 2+r: one that the ephemeral run r made */
  byte listed, works;                   /* sets of keys, as IAM has them: those listed, and the active ones */
  byte listedThen, usableThen;          /* and as it had them at the last tick */
  byte tag[KEYS], tagThen[KEYS];
  byte age[KEYS], tagAge[KEYS];         /* since CreateDate, and since the tag's time */
  byte made;                            /* how many keys were ever made */
  byte persons;                         /* keys that a person made, and uses */
  bit announcing[RUNS]; byte announcedFor[RUNS];
  byte half[HALVES];                    /* which key's half the place holds; nobody can read it */
  byte since[HALVES], later[HALVES];    /* bit k: written since key k was made; since the record of key k */
#ifdef HAND
  byte past[HALVES];                    /* bit k: written when the run of key k could not write any more */
#endif
  bit during[RUNS*HALVES];              /* written since this run looked */
#ifdef JOBS
  byte jobHas;                          /* keys that a job works with now */
#endif
#ifdef USE
  byte unused[KEYS];                    /* since its last use */
  byte usedSince;                       /* keys that were used after they were replaced */
#endif
  byte announcers[KEYS];                /* runs that had announced one when it was made, and have not taken that back */
#ifdef OVER
  byte maker[KEYS];
#endif
};
User users[USERS];
#define there users[u].there
#define thereThen users[u].thereThen
#define listed users[u].listed
#define usable users[u].works
#define listedThen users[u].listedThen
#define usableThen users[u].usableThen
#define tag users[u].tag
#define tagThen users[u].tagThen
#define age users[u].age
#define tagAge users[u].tagAge
#define made users[u].made
#define persons users[u].persons
#define announcing users[u].announcing
#define announcers users[u].announcers
#define announcedFor users[u].announcedFor
#define half users[u].half
#define since users[u].since
#define later users[u].later
#define during users[u].during
#ifdef JOBS
#define jobHas users[u].jobHas
#define JOBHAS(k) (jobHas & BIT(k))
#else
#define JOBHAS(k) 0
#endif
#ifdef HAND
#define past users[u].past
#endif
#ifdef USE
#define idle users[u].unused
#define usedSince users[u].usedSince
#endif
#ifdef OVER
#define maker users[u].maker
byte overFor[RUNS];                     /* NONE while it runs; else ticks since */
#endif

/* --- The runs --- */
byte status[RUNS]; byte waited[RUNS];
byte upToDate;                          /* runs since whose look no other run changed a place or a key */
byte lastGreen = NONE;                  /* the kind of the run that ended green, if nothing was changed since its look */
bit lastBeside;                         /* it kept its key beside that of another run, which may have been writing */
#define CHANGES upToDate = upToDate & BIT(me); lastGreen = NONE
/* requests that are still on their way */
byte latePut = NONE, latePutKey, latePutUser, latePutAge;
bit lateCreate; byte lateCreateUser, lateCreateAge;
byte lateTag = NONE, lateTagUser, lateTagValue, lateTagAge;
byte crashes = CRASHES, losses = LOSSES;
bit finale, done;
#ifdef SOON                             /* the first of the undisturbed runs comes so soon that its reads may be old */
bit soon;
#else
#define soon 0
#endif
#ifdef SELF
byte signer[RUNS] = NONE;               /* the key of user 0 that a run signs with; NONE: an administrator's */
#endif
#ifdef USE
byte work = NONE, workIdle;             /* the key of user 0 that a job took from its place, and since when it did not use it */
#endif
#ifdef EARLIER  /* the one record of the earlier protocol, and as it was at the last tick */
byte record, recordKey = NONE, recordAfter = NONE, recordBeside = NONE;
byte recordThen, recordKeyThen = NONE, recordAfterThen = NONE, recordBesideThen = NONE;
#endif

inline NEW_KEY(person) {
  assert(made < KEYS); printf("  key %d of user %d made\n", made, u);
  listed = listed | BIT(made); usable = usable | BIT(made); age[made] = 0; tag[made] = TAG(UNTAGGED,NONE,0); tagAge[made] = 0;
  if :: person -> persons = persons | BIT(made) :: else fi;
  for (i : 0 .. HALVES-1) { since[i] = since[i] & (255-BIT(made)) }
  for (i : 0 .. RUNS-1) { if :: announcing[i] && announcedFor[i] <= FENCE+LATE_CREATE -> announcers[made] = announcers[made] | BIT(i) :: else fi }
#ifdef USE
  idle[made] = 0;
#endif
  made++
}
#if PLACES == 1
#define HELD(k) (half[0] == (k) && half[1] == (k))
#else
#define HELD(k) ((half[0] == (k) && half[1] == (k)) || (half[2] == (k) && half[3] == (k)))
#endif
inline LAND(h,k) { printf("  PUT of half %d of key %d of user %d\n", h, k, u);
  half[h] = k; since[h] = 255; later[h] = 255; for (i : 0 .. RUNS-1) { during[i*HALVES+h] = 1 }
#ifdef HAND
  past[h] = 0; for (i : 0 .. KEYS-1) { if :: age[i] > FENCE+LATE -> past[h] = past[h] | BIT(i) :: else fi }
#endif
  i = 0 }
#define OLDER(a) if :: a < OLD -> a++ :: else fi
inline TICK() { printf("tick\n");
  for (u : 0 .. USERS-1) {
    listedThen = listed; usableThen = usable; thereThen = there;
    for (i : 0 .. KEYS-1) { tagThen[i] = tag[i]; if :: i < made -> OLDER(age[i]); OLDER(tagAge[i]);
#ifdef USE
      OLDER(idle[i]);
#endif
#ifdef JOBS
      /* GitHub ends a job that lasts too long */
      if :: age[i] == UNTIL -> jobHas = jobHas & (255-BIT(i)) :: else fi;
#endif
      :: else fi }
    for (i : 0 .. RUNS-1) { if :: announcing[i] && announcedFor[i] < FENCE+LATE_CREATE+1 -> announcedFor[i]++ :: else fi }
  }
  u = 0;
  for (i : 0 .. RUNS-1) { if :: waited[i] < SETTLE+LATE -> waited[i]++ :: else fi;
#ifdef OVER
    if :: overFor[i] < 2 -> overFor[i]++ :: else fi;
#endif
  }
  i = 0;
#ifdef EARLIER
  recordThen = record; recordKeyThen = recordKey; recordAfterThen = recordAfter; recordBesideThen = recordBeside;
#endif
#ifdef USE
  if :: work != NONE -> workIdle++ :: else fi;
#endif
  if :: latePut != NONE -> latePutAge++ :: else fi;
  if :: lateCreate -> lateCreateAge++ :: else fi;
  if :: lateTag != NONE -> lateTagAge++ :: else fi
}
#define ON_THE_WAY (latePut != NONE || lateCreate || lateTag != NONE)
#ifdef USE
/* a job uses its key more often than once a grace, less what GetAccessKeyLastUsed is behind */
#define IN_USE_IN_TIME (work == NONE || workIdle < GRACE-2)
inline USE_KEY(k) { idle[k] = 0; for (i : 0 .. KEYS-1) { if :: STAGE(tag[i]) == DELIVERED && REPLACES(tag[i]) == k -> usedSince = usedSince | BIT(k) :: else fi } i = 0 }
#else
#define IN_USE_IN_TIME 1
#endif
active proctype World() {
  byte i, u;
  do
  :: atomic { !done && (!finale || waited[0] < SETTLE) && (latePut == NONE || latePutAge < LATE) && (!lateCreate || lateCreateAge < LATE_CREATE) && (lateTag == NONE || lateTagAge < LATE) && IN_USE_IN_TIME -> d_step { TICK() } }
  :: atomic { latePut != NONE -> d_step { if :: lastBeside -> lastGreen = NONE :: else fi; u = latePutUser; LAND(latePut, latePutKey); latePut = NONE; latePutAge = 0; latePutKey = 0; latePutUser = 0; u = 0 } }
  :: atomic { lateCreate -> d_step { u = lateCreateUser; if :: there && !TWO(listed) -> NEW_KEY(0) :: else fi; i = 0; lateCreate = 0; lateCreateAge = 0; lateCreateUser = 0; u = 0 } }
  :: atomic { lateTag != NONE -> d_step { u = lateTagUser; if :: there && (ONE_TAG || STAGE(lateTagValue) > STAGE(tag[lateTag])) -> tag[lateTag] = lateTagValue; tagAge[lateTag] = 0 :: else fi; lateTag = NONE; lateTagValue = 0; lateTagAge = 0; lateTagUser = 0; u = 0 } }
  :: done -> break
  od
}
/* a person who makes a key by hand */
proctype Person() { byte u, i; if :: atomic { there && !TWO(listed) -> d_step { NEW_KEY(1); i = 0 } } :: skip fi }
#ifdef HAND
/* a person who puts the pair of key 0 back, when no run that may have died can write any more */
proctype Hand() { byte u, i, c;
  if
  :: atomic { there && (usable & 1) && half[0] != ABSENT ->
       d_step { for (i : 0 .. KEYS-1) { if :: i < made && STAGE(tag[i]) <= DELIVERING && age[i] <= FENCE+LATE -> c = 1 :: else fi } i = 0 }
       if :: c -> c = 0 :: else -> d_step { LAND(0,0); LAND(1,0); upToDate = 0; lastGreen = NONE } fi }
  :: skip
  fi }
#endif
#ifdef USE
/* a job that read the key from the place when it began, and works with it for as long as it likes */
proctype Workload() { byte u, i, k;
  if
  :: atomic { half[0] == half[1] && half[0] != ABSENT && (usable & BIT(half[0])) -> work = half[0]; k = work }
     do
     :: atomic { usable & BIT(work) -> d_step { USE_KEY(k); workIdle = 0 } }
     :: break
     od;
     atomic { work = NONE; workIdle = 0; k = 0 }
  :: skip
  fi }
#endif
