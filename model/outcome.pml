/* How it starts, and what must hold at the end. */
#ifndef START
#define START 1         /* 1: a user with key 0 delivered; 2: a user without a key; 0: no user */
#endif
#ifndef R1
#define R1 ROTATE
#endif
#ifndef R2
#define R2 PROVISION
#endif
/* the undisturbed runs, a grace apart; a person ends a key in between where places are torn */
#ifndef FINAL
#define FINAL PROVISION
#endif
#ifndef FINAL_DOCUMENT
#define FINAL_DOCUMENT EVERYWHERE
#endif
#if PLACES == 1 && BLIND == 0 && !defined(HAND)
#define WORD FINAL
#else
#define WORD ROTATE_DELETE
#endif
#ifndef ROUNDS
#define ROUNDS (WORD == FINAL -> 4 : 6)
#endif
#define LASTS (FINAL == PROVISION || FINAL == ROTATE_DELETE)
/* with runs that remove the user or end it with themselves, a place may be empty */
#define REMOVES(kind) (kind == DEPROVISION || kind == EPHEMERAL)
#define WHOLE(p) (half[2*(p)] == half[2*(p)+1] && half[2*(p)] != ABSENT && (usable & BIT(half[2*(p)])))

init {
  byte i, p, u, again; bit good;
  atomic {
    d_step {
#ifdef OVER
    for (i : 0 .. RUNS-1) { overFor[i] = NONE }
#endif
    for (u : 0 .. USERS-1) {
      there = (START != 0); thereThen = there;
      for (i : 0 .. HALVES-1) { half[i] = ABSENT }
      for (i : 0 .. KEYS-1) { tag[i] = TAG(UNTAGGED,NONE,0); tagThen[i] = tag[i];
#ifdef OVER
        maker[i] = NONE;
#endif
      }
      if :: START == 1 -> NEW_KEY(0); age[0] = TAKEOVER; tagAge[0] = TAKEOVER;
#ifdef USE
            idle[0] = OLD;
#endif
            tag[0] = TAG(DELIVERED,NONE,DOCUMENT1); tagThen[0] = tag[0]; listedThen = listed; usableThen = usable;
            for (i : 0 .. HALVES-1) { if :: DOCUMENT1 & BIT(i/2) -> half[i] = 0; since[i] = 255 :: else fi; later[i] = 0 } :: else fi
    }
    u = 0; i = 0 }
#ifdef SELF
    for (i : 0 .. RUNS-1) { signer[i] = 0 } i = 0;
#endif
    run Run(0, R1, DOCUMENT1); run Run(1, R2, DOCUMENT2);
#ifdef R3
    run Run(2, R3, EVERYWHERE);
#endif
#ifdef PERSON
    run Person();
#endif
#ifdef HAND
    run Hand();
#endif
#ifdef USE
    run Workload();
#endif
  }
  atomic { (_nr_pr == 2) && !ON_THE_WAY ->
    d_step { good = 1; for (i : 0 .. RUNS-1) { if :: status[i] != GREEN -> good = 0 :: else fi };
    if :: good -> for (u : 0 .. USERS-1) { for (p : 0 .. PLACES-1) {
        MUST(HALVES_OF_TWO, half[2*p] == half[2*p+1]);
        MUST(DEAD_KEY, half[2*p] == ABSENT || half[2*p] != half[2*p+1] || (usable & BIT(half[2*p])));
        MUST(DEAD_KEY, RUNS > 2 || REMOVES(R1) || REMOVES(R2) || half[2*p] != ABSENT || DOCUMENT1 != DOCUMENT2 || (R1 != PROVISION && R2 != PROVISION)) } }
       :: else fi;
#ifndef EARLIER
    if :: USERS == 1 && !REMOVES(R1) && !REMOVES(R2) && (lastGreen == PROVISION || (START == 1 && (lastGreen == ROTATE || lastGreen == ROTATE_DELETE))) ->
       for (u : 0 .. USERS-1) { for (p : 0 .. PLACES-1) { MUST(GREEN_LIE, there == 0 || !(DOCUMENT1 & DOCUMENT2 & BIT(p)) || WHOLE(p)) } }
       :: USERS == 1 && lastGreen == DEPROVISION -> for (u : 0 .. USERS-1) { for (p : 0 .. HALVES-1) { MUST(GREEN_LIE, there || half[p] == ABSENT) } }
       :: else fi;
#endif
    p = 0; i = 0; u = 0; finale = 1 } }
  again = 0;
  do
  :: again < ROUNDS -> atomic {
#ifdef SOON
     if :: again == 0 -> soon = 1; status[0] = ALIVE :: else -> soon = 0;
#endif
     d_step {
        for (u : 0 .. USERS-1) {
          listedThen = listed; usableThen = usable;
          for (i : 0 .. KEYS-1) { tagThen[i] = tag[i]; if :: i < made -> age[i] = OLD; tagAge[i] = OLD;
#ifdef USE
            idle[i] = OLD;
#endif
            :: else fi }
          for (i : 0 .. RUNS-1) { announcedFor[i] = OLD }
#ifdef JOBS
          jobHas = 0;
#endif
          if :: there >= 2 -> there = 1 :: else fi; thereThen = there
        }
        u = 0;
        for (i : 0 .. RUNS-1) { waited[i] = SETTLE+LATE+1;
#ifdef OVER
          if :: overFor[i] != NONE -> overFor[i] = 2 :: else fi;
#endif
        }
#ifdef SELF
        /* whoever repairs a place that is not whole is an administrator */
        signer[0] = (WHOLE(0) -> half[0] : NONE);
#endif
        i = 0; status[0] = ALIVE }
#ifdef SOON
     fi;
#endif
#if PLACES > 1 || defined(HAND)
       /* places may hold different keys, or nobody can tell which: a person ends one */
       d_step { if :: again == 2 && TWO(listed) -> do :: listed & BIT(i) -> break :: else -> i++ od;
           printf("  key %d ended by a person\n", i); listed = listed & (255-BIT(i)); usable = usable & (255-BIT(i)); listedThen = listed; usableThen = usable; i = 0 :: else fi }
#endif
       if :: again == 2 -> run Run(0, WORD, FINAL_DOCUMENT) :: else -> run Run(0, FINAL, FINAL_DOCUMENT) fi }
     atomic { _nr_pr == 2 -> again++;
#ifndef EARLIER
       /* what it calls kept is there, and it is the current key */
       d_step { if :: USERS == 1 && LASTS && status[0] == GREEN -> for (p : 0 .. PLACES-1) { if :: FINAL_DOCUMENT & BIT(p) ->
           MUST(GREEN_LIE, WHOLE(p)); for (i : 0 .. KEYS-1) { MUST(GREEN_LIE, STAGE(tag[i]) != DELIVERED || REPLACES(tag[i]) != half[2*p]) } :: else fi } :: else fi; i = 0; p = 0 }
#endif
     }
  :: again == ROUNDS -> break
  od;
  atomic { d_step {
    for (u : 0 .. USERS-1) {
      MUST(PROGRESS, status[0] == GREEN || (persons & listed));        /* a person's key may fill the second place: red, and said */
      if :: status[0] == GREEN ->
        for (p : 0 .. PLACES-1) { MUST(PROGRESS, !LASTS || !(FINAL_DOCUMENT & BIT(p)) || (WHOLE(p) && (!(FINAL_DOCUMENT & 1) || half[2*p] == half[0]))) }
        for (i : 0 .. KEYS-1) { if :: usable & BIT(i) -> MUST(LEFT_KEY, (persons & BIT(i)) || HELD(i)) :: else fi }
      :: else fi }
    i = 0; p = 0; u = 0; done = 1 } }
}
