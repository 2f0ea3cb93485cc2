/* The life of a key: the new key is the ticket. docs/key-model.md explains the model, rules.json says which part of it
 * is which rule, and where the code has it. */
#include "world.pml"

/* --- A run --- */
#define DIE (crashes > 0 && !finale) -> crashes--; printf("  run %d dies\n", me); status[me] = DEAD; goto over
/* before a request to GitHub */
#define ASK if :: DIE :: true fi
/* before a request to AWS, which is signed */
#ifdef SELF
#define CALL if :: DIE :: signer[me] == NONE || (users[0].works & BIT(signer[me])) -> SIGN :: else -> MUST(OWN_SIGNER, !endedSigner); END(RED) fi
#ifdef USE
#define SIGN if :: signer[me] != NONE -> d_step { n = u; u = 0; h = signer[me]; USE_KEY(h); u = n; n = 0; h = 0 } :: else fi
#else
#define SIGN skip
#endif
#define SIGNS_WITH(k) (u == 0 && signer[me] == (k))
#else
#define CALL ASK
#define SIGNS_WITH(k) 0
#endif
#define ENDS(s) printf("  run %d (kind %d) ends %d for user %d: current %d, own %d, seen %d, retirable %d, needed %d\n", me, kind, s, u, current, x, seen, retirable, needed)
#if USERS == 1
#define END(s) status[me] = s; lastBeside = besideOther; lastGreen = (s == GREEN && (upToDate & BIT(me)) -> kind : NONE); ENDS(s); goto over
#else
#define END(s) failed = failed | (s == RED); ENDS(s); goto next
#endif
#define LOWEST(set,k) k = 0; do :: (set) & BIT(k) -> break :: else -> k++ od

/* ends another's key: never one that a place or a job holds, nor a person's */
/* a person's word, where no times can be read */
#define BY_WORD (kind == DEPROVISION || (kind == ROTATE_DELETE && finale && BLIND))
/* a place that left the document is not looked at */
#if PLACES == 1
#define HELD_IN(list,k) (((list) & 1) && half[0] == (k) && half[1] == (k))
#else
#define HELD_IN(list,k) ((((list) & 1) && half[0] == (k) && half[1] == (k)) || (((list) & 2) && half[2] == (k) && half[3] == (k)))
#endif
#ifdef USE
#define WORKING(k) (u == 0 && work == (k))
#else
#define WORKING(k) 0
#endif
inline MAY_END(k) { CHANGES;
  MUST(HELD_KEY, BY_WORD || ((kind == ROTATE_DELETE && finale) -> !HELD_IN(document,k) : !HELD(k)));
  MUST(PERSONS_KEY, kind == DEPROVISION || !(persons & BIT(k)));
  MUST(CUT_OFF, kind == DEPROVISION || kind == ROTATE_DELETE || !WORKING(k));
  MUST(CUT_OFF, kind == DEPROVISION || !JOBHAS(k));
#ifdef SELF
  if :: SIGNS_WITH(k) -> endedSigner = 1 :: else fi;
#endif
}
inline DELETE_KEY(k) { MAY_END(k); ended = ended | BIT(k); listed = listed & (255-BIT(k)); usable = usable & (255-BIT(k)); printf("  run %d deletes key %d of user %d\n", me, k, u) }
inline DEACTIVATE_KEY(k) { MAY_END(k); usable = usable & (255-BIT(k)); printf("  run %d deactivates key %d of user %d\n", me, k, u) }
inline DELETE_OWN_KEY(k) { listed = listed & (255-BIT(k)); usable = usable & (255-BIT(k)); printf("  run %d deletes its key %d of user %d\n", me, k, u) }

/* What a run sees: keys and tags, each as they are, or as they were at the last tick. It knows what it has deleted. */
#define OLD_READS (!finale || soon)
inline READ() {
  if :: c = 0 :: OLD_READS && (listedThen != listed || usableThen != usable) -> c = 1 fi;
  if :: c -> seen = listedThen; seenUsable = usableThen :: else -> seen = listed; seenUsable = usable fi;
#ifdef MIXED    /* each key of a list is seen as it is or as it was */
  if :: OLD_READS -> seen = listed; seenUsable = usable; for (i : 0 .. KEYS-1) { if :: ((listed^listedThen)|(usable^usableThen)) & BIT(i) -> if :: true :: seen = (seen & (255-BIT(i))) | (listedThen & BIT(i)); seenUsable = (seenUsable & (255-BIT(i))) | (usableThen & BIT(i)) fi :: else fi } i = 0 :: else fi;
#endif
  seen = seen & (255-ended);
  if :: c = 0 :: OLD_READS -> c = 1 fi;
  d_step { if :: c -> seenThere = thereThen :: else -> seenThere = there fi;
  for (i : 0 .. KEYS-1) { if :: c -> seenTag[i] = tagThen[i] :: else -> seenTag[i] = tag[i] fi } ; c = 0; i = 0 }
}
#ifdef OVER     /* GitHub says that the run which made it is over, for longer than its requests can be on their way */
#define IS_OVER(r) (overFor[r] != NONE && (OVER_AT_ONCE || overFor[r] >= 2))
#define NOT_AT(k,r) (!(announcers[k] & BIT(r)) || IS_OVER(r))
#if RUNS == 2
#define ANNOUNCERS_OVER(k) (NOT_AT(k,0) && NOT_AT(k,1))
#else
#define ANNOUNCERS_OVER(k) (NOT_AT(k,0) && NOT_AT(k,1) && NOT_AT(k,2))
#endif
/* of a key that has only an announcement: all who made one, when every read shows them */
#define RUN_IS_OVER(k) (STAGE(seenTag[k]) == UNTAGGED -> (announcers[k] && age[k] > 0 && ANNOUNCERS_OVER(k)) : (maker[k] != NONE && IS_OVER(maker[k])))
#else
#define RUN_IS_OVER(k) 0
#endif
#define YOUNG(k) (age[k] < TAKEOVER && !RUN_IS_OVER(k))
/* that what a place holds is in use, is assumed only where no run can see what it holds */
#define UNSEEN (EVERYWHERE & ~(document & ~BLIND))
#ifdef USE
#define IN_USE(k) (HELD_IN(UNSEEN,k) || (USED_SINCE -> (usedSince & BIT(k)) != 0 : idle[k] < GRACE-1))
#else
#define IN_USE(k) HELD_IN(UNSEEN,k)
#endif
#define IN_DOCUMENT(h) (document & BIT((h)/2))
#define READABLE(h) (!(BLIND & BIT((h)/2)))

/* What another run is making hinders no key that is kept, where every place is known to hold it. */
/* A rotation for a document without places makes no key. */
#define LOOKS_ONLY ((kind == ROTATE || kind == ROTATE_DELETE) && document == 0)
#define HAS_PLACES (kind != JOB && document != 0)
#define KEEPS (LOOKS_ONLY || ((kind == PROVISION || kind == EPHEMERAL) && !needed && (!(BLIND & document) || BLIND_KEPT)))

/* A key whose run is over, and that every place holds, is recorded as delivered; where none is to replace it, it is kept. */
#define KEEPS_ARRIVED ((kind == PROVISION || kind == EPHEMERAL) && !torn && !elsewhere)

#ifdef HAND
#define IN_TIME(h,k) (NO_LATEST || !(past[h] & BIT(k)))
#else
#define IN_TIME(h,k) 1
#endif
/* Whether the run of a key has written a half, as far as the times tell: since it was made, and not after its record. */
#define WROTE(h,k) ((since[h] & BIT(k)) && (STAGE(seenTag[k]) == DELIVERED && LIST(seenTag[k]) != 0 -> ((LIST(seenTag[k]) & BIT((h)/2)) && !(later[h] & BIT(k))) : (STAGE(seenTag[k]) == DELIVERING || STAGE(seenTag[k]) == DELIVERED || STAGE(seenTag[k]) == ELSEWHERE) && IN_TIME(h,k)))
/* Takes back the announcement, but not where another key came that it may be of: none that was there before, and none that
 * has a record of its own. */
inline WITHDRAW() { c = 0;
  for (i : 0 .. KEYS-1) { if :: (seen & BIT(i)) && i != x && STAGE(seenTag[i]) == UNTAGGED && !(before & BIT(i)) && !HASTY_WITHDRAW -> c = 1 :: else fi }
  if :: c -> c = 0 :: else -> announcing[me] = 0; announcedFor[me] = 0; for (i : 0 .. KEYS-1) { announcers[i] = announcers[i] & (255-BIT(me)) } fi; i = 0 }

/* Which keys places of the document may hold: that of the run which wrote last; what somebody else has written may be any
 * that was made before, but for one that is inactive. */
inline SEEM_HELD() { seemHeld = 0;
  for (j : 0 .. PLACES-1) { if :: (document & BIT(j)) && !(BLIND & BIT(j)) && half[2*j] != ABSENT && half[2*j+1] != ABSENT ->
      c = since[2*j] & since[2*j+1];
      n = NONE; for (i : 0 .. KEYS-1) { if :: WROTE(2*j,i) -> n = i :: else fi } ; if :: n == NONE -> c = c & seenUsable :: else -> c = c & BIT(n) fi;
      n = NONE; for (i : 0 .. KEYS-1) { if :: WROTE(2*j+1,i) -> n = i :: else fi } ; if :: n == NONE -> c = c & seenUsable :: else -> c = c & BIT(n) fi;
      seemHeld = seemHeld | c
    :: else fi }
  c = 0; n = 0; i = 0; j = 0 }

/* What the run makes of it: the table of stages. */
inline CLASSIFY() { d_step { upToDate = upToDate | BIT(me);
  for (j : 0 .. HALVES-1) { during[me*HALVES+j] = 0 }
  busy = 0; torn = 0; elsewhere = 0; leftover = 0; suspects = 0; arrived = NONE; current = NONE; replaced = 0;
  for (i : 0 .. KEYS-1) { if :: STAGE(seenTag[i]) == DELIVERED && REPLACES(seenTag[i]) != NONE -> replaced = replaced | BIT(REPLACES(seenTag[i])) :: STAGE(seenTag[i]) == ELSEWHERE -> replaced = replaced | BIT(i) :: else fi }
  for (i : 0 .. KEYS-1) {
    if :: STAGE(seenTag[i]) == DELIVERED && !(replaced & BIT(i)) -> current = i :: else fi;
    if :: (seen & BIT(i)) && i != x ->
stop:  if
      :: STAGE(seenTag[i]) <= DELIVERING && YOUNG(i) -> busy = 1
      :: STAGE(seenTag[i]) == JOB_KEY && age[i] < TAKEOVER && kind == DEPROVISION -> busy = 1
      /* made, and nobody has it */
      :: STAGE(seenTag[i]) == MADE && !YOUNG(i) && !NO_DELIVERING -> leftover = leftover | BIT(i)
      /* perhaps of a lost answer */
      :: STAGE(seenTag[i]) == UNTAGGED && !YOUNG(i) && announcers[i] && !NO_SUSPECT -> if :: HASTY_SUSPECT -> leftover = leftover | BIT(i) :: else -> suspects = suspects | BIT(i) fi
      :: STAGE(seenTag[i]) == SUSPECT && tagAge[i] >= GRACE && !(persons & BIT(i)) -> leftover = leftover | BIT(i)
#ifdef JOBS
      :: STAGE(seenTag[i]) == JOB_KEY && !NO_UNTIL && (age[i] >= UNTIL || LIST(seenTag[i]) || (HASTY_JOB && age[i] >= TAKEOVER)) -> leftover = leftover | BIT(i)
#endif
      /* without places, nobody can judge what an earlier document had: it stays as it is */
      :: (STAGE(seenTag[i]) == DELIVERING || (STAGE(seenTag[i]) == MADE && NO_DELIVERING)) && !YOUNG(i) && (HAS_PLACES || JOB_JUDGES) ->
arrival:
         n = 0; c = 0;
         for (j : 0 .. PLACES-1) { if :: document & BIT(j) -> c++;
             if :: BLIND_TRUST && (BLIND & BIT(j)) :: else -> if :: (since[2*j] & BIT(i)) && (since[2*j+1] & BIT(i)) && half[2*j] != ABSENT && half[2*j+1] != ABSENT && IN_TIME(2*j,i) && IN_TIME(2*j+1,i) -> n++ :: else fi fi :: else fi }
         if :: LIST(seenTag[i]) != document && !ANY_LIST && !(BLIND & document) && n == 0 -> elsewhere = 1; arrived = i
            :: (LIST(seenTag[i]) != document && !ANY_LIST && (n > 0 || (BLIND & document))) || ((BLIND & document) && !BLIND_TRUST) -> torn = 1; arrived = i
            :: else -> if :: n == c -> arrived = i :: n == 0 || (TORN_DELETED && n < c) -> leftover = leftover | BIT(i) :: else -> torn = 1; arrived = i fi fi; c = 0
      :: else fi
    :: else fi
  }
  /* does the current key need replacing? */
drift: needed = 0;
  if :: current == NONE -> needed = 1
     :: else -> if :: !(seenUsable & BIT(current)) -> needed = 1 :: else fi;
       if :: LIST(seenTag[current]) == 0 -> needed = 1 :: else fi;      /* not all of its places hold it for certain */
       for (j : 0 .. HALVES-1) { if :: IN_DOCUMENT(j) && !NO_DRIFT && (half[j] == ABSENT
           || (READABLE(j) && ((later[j] & BIT(current)) || (!(since[j] & BIT(current)) && !NO_EARLIER)))
           || (!(LIST(seenTag[current]) & BIT(j/2)) && !NO_LIST)) -> needed = 1 :: else fi }
  fi;
  /* replaced, its grace over (or to end at once), and not in use */
retire: retirable = 0; SEEM_HELD();
  for (i : 0 .. KEYS-1) { if :: (replaced & BIT(i)) && (seen & BIT(i)) && (SIGNER_RETIRED || !SIGNS_WITH(i)) && (HELD_ENDED || !(seemHeld & BIT(i))) ->
     for (j : 0 .. KEYS-1) { if :: ((STAGE(seenTag[j]) == DELIVERED && REPLACES(seenTag[j]) == i) || (STAGE(seenTag[j]) == ELSEWHERE && j == i)) && (kind == ROTATE_DELETE || ((tagAge[j] >= GRACE || NO_GRACE) && (NO_LAST_USE || !IN_USE(i)))) -> retirable = retirable | BIT(i) :: else fi } :: else fi }
  if :: kind == ROTATE || kind == ROTATE_DELETE -> if :: current == NONE || LOOKS_ONLY -> needed = 0 :: else -> needed = 1 fi :: kind == JOB -> needed = 1 :: else fi;
  n = 0; i = 0; j = 0; seemHeld = 0 } }

proctype Run(byte me; byte kind; byte document) {
  byte seen, seenUsable, seenThere, c, i, j, n, x = NONE, current, leftover, suspects, arrived, replaced, retirable, seemHeld, k, h, planned = NONE, before, ended;
  byte seenTag[KEYS];
  byte u = USERS-1;     /* whose own key signs comes last: user 0 */
  bit busy, besideOther, torn, elsewhere, needed, put, mine, unanswered;
#if USERS > 1
  bit failed;
#endif
#ifdef SELF
  bit endedSigner;
#endif
plan:
  atomic { CALL; READ();
    if
    :: seenThere == 0 && (kind == ROTATE || kind == ROTATE_DELETE || kind == DEPROVISION) -> END(GREEN)
    :: seenThere == 0 && (kind == PROVISION || kind == EPHEMERAL || kind == JOB) ->
       if :: there == 0 -> if :: kind == EPHEMERAL -> there = 2+me; mine = 1 :: else -> there = 1 fi;
                       d_step { i = 0; for (i : 0 .. KEYS-1) { seenTag[i] = TAG(UNTAGGED,NONE,0); } seen = 0; seenUsable = 0; i = 0 }
          :: else -> if :: kind == EPHEMERAL && ANY_USER -> mine = 1 :: (kind == EPHEMERAL && !ANY_USER) || (kind != EPHEMERAL && there >= 2) -> END(RED) :: else fi; goto plan fi
    :: seenThere != 0 -> if :: kind == EPHEMERAL && !mine -> END(RED) :: seenThere >= 2 && seenThere != 2+me -> END(RED) :: else fi
    fi;
    CLASSIFY();
    if :: busy && kind == JOB -> if :: true :: END(RED) fi      /* safe either way: it writes no place of others */
       :: busy && kind != JOB && !NO_STOP && KEEPS -> besideOther = 1; END(GREEN)
       :: busy && kind != JOB && !NO_STOP && !KEEPS -> END(RED)
       :: else fi;
  }
  if :: kind == DEPROVISION -> goto deprovision :: else fi;
  /* what runs that are over left: read twice before a key goes */
cleanUp:
  atomic {
    if
    :: leftover -> before = leftover; CALL;
       if :: ONE_LOOK :: else ->
          /* what nobody has as far as the records say: until no read can be older */
          d_step { h = 0; for (i : 0 .. KEYS-1) { if :: (leftover & BIT(i)) && (STAGE(seenTag[i]) == MADE || STAGE(seenTag[i]) == DELIVERING) -> h = 1 :: else fi } i = 0 }
          if :: h -> h = 0; waited[me] = 0; waited[me] >= SETTLE -> CALL :: else fi;
          READ(); CLASSIFY(); if :: busy && kind != JOB -> END(RED) :: else fi fi;
       if :: leftover & before -> leftover = leftover & before; LOWEST(leftover,k); goto endLeftover :: else -> goto plan fi
suspect:
    :: !leftover && NO_RED_RECORD && TWO(seen) && (torn || (suspects && needed)) -> END(RED)
    :: !leftover && suspects && !(NO_RED_RECORD && TWO(seen) && (torn || needed)) -> CALL; LOWEST(suspects,k); tag[k] = TAG(SUSPECT,NONE,0); tagAge[k] = 0; goto plan
    :: !leftover && !suspects && arrived != NONE && !(NO_RED_RECORD && TWO(seen) && torn) -> CALL; k = arrived;
       /* one that is kept is looked at twice: a read may be older than its end, by a run that had taken it for left */
       if :: KEEPS_ARRIVED && !HASTY_ARRIVAL -> waited[me] = 0; waited[me] >= SETTLE -> CALL;
             d_step { h = 0; for (j : 0 .. HALVES-1) { if :: IN_DOCUMENT(j) && during[me*HALVES+j] -> h = 1 :: else fi } j = 0 }
             READ(); CLASSIFY(); if :: h || torn || (arrived != k && (current != k || needed)) -> END(RED) :: else fi
          :: else
       fi;
       tag[k] = (elsewhere -> TAG(ELSEWHERE,NONE,0) : TAG(DELIVERED,REPLACES(seenTag[k]),(torn -> 0 : document))); tagAge[k] = 0; arrived = NONE;
       d_step { if :: !torn && !elsewhere -> for (j : 0 .. HALVES-1) { later[j] = (later[j] & (255-BIT(k))) | (during[me*HALVES+j] << k) } :: else fi; j = 0 }
       if :: KEEPS_ARRIVED -> END(GREEN) :: else -> goto plan fi
    :: else
    fi }
  atomic {
    if
    :: !needed && (retirable & seenUsable) -> k = retirable & seenUsable; retirable = k; LOWEST(retirable,k); before = BIT(k); CALL; READ(); CLASSIFY();
       if :: (retirable & before) && !busy -> d_step { DEACTIVATE_KEY(k) } :: else -> END(RED) fi;
       goto plan
    :: !needed && !(retirable & seenUsable) -> END(GREEN)
    :: needed && TWO(seen) ->
       if :: retirable -> LOWEST(retirable,k); before = BIT(k); CALL; READ(); CLASSIFY(); if :: (retirable & before) && !busy -> goto endLeftover :: else -> END(RED) fi
          :: else -> END(RED) fi        /* both keys may be in use: says so, with the commands */
    :: needed && !TWO(seen) -> CALL;
announce: announcing[me] = !NO_ANNOUNCEMENT; announcedFor[me] = 0; planned = current; before = seen
    fi }
  /* the one step that AWS puts in order; sent once */
create:
  atomic { CALL;
    if
    :: there == 0 || (announcedFor[me] > FENCE && !NO_HURRY) -> d_step { WITHDRAW() } END(RED)
    :: there && (announcedFor[me] <= FENCE || NO_HURRY) && TWO(listed) -> READ(); d_step { WITHDRAW() } END(RED)
    :: there && (announcedFor[me] <= FENCE || NO_HURRY) && !TWO(listed) -> d_step { x = made; NEW_KEY(0); i = 0; waited[me] = 0;
#ifdef OVER
       maker[x] = me;
#endif
       }
    :: there && (announcedFor[me] <= FENCE || NO_HURRY) && !TWO(listed) && losses && !finale -> losses--; d_step { NEW_KEY(0); i = 0 } END(RED)      /* made, answer lost */
#ifdef TWICE    /* a proxy sends it again, and one of the two is answered */
    :: !listed && there && announcedFor[me] <= FENCE && losses && !finale -> losses--; d_step { x = made; NEW_KEY(0); i = 0; NEW_KEY(0); i = 0; waited[me] = 0 }
    :: !listed && there && announcedFor[me] <= FENCE && losses && !finale -> losses--; d_step { NEW_KEY(0); i = 0; x = made; NEW_KEY(0); i = 0; waited[me] = 0 }
#endif
    :: losses && (announcedFor[me] <= FENCE || NO_HURRY) && !lateCreate && !finale -> losses--; lateCreate = 1; lateCreateUser = u; lateCreateAge = 0; END(RED)     /* made late */
    fi }
#ifdef JOBS
  if :: kind == JOB -> goto job :: else -> skip fi;
#endif
tagMade:
  atomic { CALL; if :: there -> tag[x] = TAG(MADE,planned,0); tagAge[x] = 0 :: else -> END(RED) fi;
    if :: losses && !finale && lateTag == NONE -> losses--; lateTag = x; lateTagUser = u; lateTagAge = 0; lateTagValue = TAG(MADE,planned,0)   /* no answer, sent again: the first comes late */
       :: true fi }
  /* waits until every read must show the key, then reads whether all is as planned and nobody was first */
settle:
  atomic { waited[me] >= SETTLE -> CALL; READ(); CLASSIFY();
    d_step { c = 0;
    if :: !(seenUsable & BIT(x)) || seenThere == 0 -> c = 1 :: else fi;
    if :: !NO_REPLAN && current != planned -> c = 1 :: else fi;
    if :: !NO_REPLAN && planned != NONE && (before & BIT(planned)) && !(seen & BIT(planned)) -> c = 1 :: else fi;
    for (i : 0 .. KEYS-1) { if :: !NO_ORDER && (seen & BIT(i)) && i != x && !(before & BIT(i)) && i < x -> c = 1 :: else fi }
    i = 0 }
    if :: c -> c = 0; goto yield :: else fi;
    if :: age[x] > FENCE && !NO_FENCE -> goto yield :: else fi }
tagDelivering:
  if :: NO_DELIVERING :: else -> atomic { CALL; if :: there -> tag[x] = TAG(DELIVERING,planned,document); tagAge[x] = 0 :: else -> goto yield fi } fi;
  h = 0;
halfWay:
fence:
  do
  :: atomic { h < HALVES && !IN_DOCUMENT(h) -> h++ }
  :: atomic { h < HALVES && IN_DOCUMENT(h) -> ASK;
     if
     :: age[x] > FENCE && !NO_FENCE -> if :: put -> END(RED) :: else -> goto yield fi
     :: age[x] <= FENCE || NO_FENCE ->
#ifdef FREEZES
        goto frozen
#endif
        if
        :: d_step { CHANGES; LAND(h,x); put = 1; h++ }
        :: losses && !finale && !put -> losses--; goto yield                              /* refused, nothing written */
        :: losses && !finale && put -> losses--; if :: PLACES == 1 && !unanswered && (READABLE(0) || BLIND_UNDO) -> goto yield :: END(RED) fi     /* refused half-way */
        :: losses && !finale && latePut == NONE -> losses--; CHANGES; latePut = h; latePutKey = x; latePutUser = u; latePutAge = 0; put = 1; unanswered = 1; waited[me] = 0;
           if :: true -> h = h  /* sends it again */ :: END(RED) fi
        fi
     fi }
  :: h == HALVES -> break
  od;
  /* a PUT without an answer may arrive yet: waits for it. Others may have taken an old key for left: waits until reads show it */
check:
  atomic { !unanswered || waited[me] > LATE || NO_WAIT -> CALL; READ();
    if :: age[x] >= TAKEOVER && (seenUsable & BIT(x)) && !HASTY_CHECK -> waited[me] = 0; waited[me] >= SETTLE -> CALL; READ() :: else fi;
    d_step { upToDate = upToDate | BIT(me); c = 0; n = 0; if :: !(seenUsable & BIT(x)) || (STAGE(seenTag[x]) > DELIVERING) -> c = 1 :: else fi;
    for (j : 0 .. HALVES-1) { during[me*HALVES+j] = 0; if :: IN_DOCUMENT(j) && READABLE(j) && half[j] != x -> n = n | BIT(j/2) :: else fi } j = 0 }
    if :: NO_CHECK -> c = 0; n = 0
       :: !NO_CHECK && !c && n && !NO_UNDO -> if :: n == document -> n = 0; goto yield :: else goto overwritten fi
       :: !NO_CHECK && (c || (n && NO_UNDO)) -> END(RED)
       :: !NO_CHECK && !c && !n fi }
tagDelivered:
  atomic { CALL; if :: there -> d_step { tag[x] = TAG(DELIVERED,planned,document); tagAge[x] = 0; WITHDRAW();
forget: for (i : 0 .. RUNS-1) { if :: announcedFor[i] > (HASTY_FORGET -> TAKEOVER : FENCE+LATE_CREATE) -> announcing[i] = 0 :: else fi } i = 0;
      for (j : 0 .. HALVES-1) { later[j] = (later[j] & (255-BIT(x))) | (during[me*HALVES+j] << x) } j = 0 } :: else -> END(RED) fi }
  if :: kind == ROTATE_DELETE && planned != NONE ->
deleteOld:
       atomic {
#ifdef SELF
         if :: SIGNS_WITH(planned) && !OLD_SIGNS -> signer[me] = x :: else fi;
#endif
         CALL; READ(); if :: (seenUsable & BIT(x)) -> d_step { DELETE_KEY(planned) } :: else -> END(RED) fi }
#ifdef SELF     /* are the keys those expected? */
       atomic { CALL }
#endif
     :: kind == EPHEMERAL ->
ephemeral:
       atomic { ASK; d_step { CHANGES; for (j : 0 .. HALVES-1) { half[j] = ABSENT; later[j] = 255; since[j] = 255; for (i : 0 .. RUNS-1) { during[i*HALVES+j] = 1 } } i = 0; j = 0; DELETE_OWN_KEY(x) } }
       atomic { CALL; if :: listed -> END(RED) :: else -> MUST(HELD_KEY, there == 2+me); there = 0; d_step { for (i : 0 .. KEYS-1) { tag[i] = TAG(UNTAGGED,NONE,0) } i = 0 } fi }
     :: else fi;
  atomic { END(GREEN) }
#ifdef JOBS
  /* A key that ends with the job: tagged, then given to the job. Nobody waits, as other jobs have others. Post deletes
   * it, or the next run when the job can last no longer: GitHub has ended it by then, wherever it was. */
job:
  atomic { CALL; if :: age[x] >= UNTIL -> status[me] = DEAD; goto over :: age[x] < UNTIL && there -> d_step { tag[x] = TAG((NO_JOB_TAG -> MADE : JOB_KEY),NONE,0); tagAge[x] = 0; seen = listed; for (i : 0 .. KEYS-1) { seenTag[i] = tag[i] } WITHDRAW() } :: else -> goto yield fi }
  atomic { if :: age[x] >= UNTIL -> status[me] = DEAD; goto over
     :: else -> MUST(DEAD_KEY, (usable & BIT(x)) || R1 == DEPROVISION || R2 == DEPROVISION); jobHas = jobHas | BIT(x); printf("  the job of run %d has key %d\n", me, x) fi }
post:
  atomic { d_step { jobHas = jobHas & (255-BIT(x)) } ASK; if :: d_step { DELETE_OWN_KEY(x) } END(GREEN) :: losses && !finale -> losses-- /* refused */ fi }
jobOver:
  atomic { ASK; if :: there -> tag[x] = TAG(JOB_KEY,NONE,1) :: else fi; END(GREEN) }
#endif
#ifdef FREEZES  /* between the fence and its PUT, for as long as it likes */
frozen: skip; atomic { d_step { CHANGES; LAND(h,x); put = 1; h++ } goto halfWay }
#endif
endLeftover: atomic { CALL; d_step { DELETE_KEY(k); seen = seen & (255-BIT(k)); seenUsable = seenUsable & (255-BIT(k)); leftover = leftover & (255-BIT(k)); retirable = retirable & (255-BIT(k)) } goto cleanUp }
  /* another run wrote some of the places: the next run must not take the key for one that arrived */
overwritten: atomic { CALL; if :: there -> tag[x] = TAG(DELIVERED,planned,0); tagAge[x] = 0 :: else fi; END(RED) }
yield:  atomic { CALL; d_step { DELETE_OWN_KEY(x); WITHDRAW() } END(RED) }
deprovision: do
  :: atomic { seen != 0 -> CALL; d_step { LOWEST(seen,k); DELETE_KEY(k); seen = seen & (255-BIT(k)) } }
  :: seen == 0 -> break
  od;
  atomic { CALL; READ();
    d_step { c = 0; for (i : 0 .. KEYS-1) { if :: (seen & BIT(i)) && (listed & BIT(i)) -> c = 1 :: else fi } i = 0 }
    if :: c && !NO_LOOK_AFTER -> c = 0; END(RED) :: else c = 0 fi }
  h = 0;
  do
  :: atomic { h < HALVES -> ASK; CHANGES; half[h] = ABSENT; later[h] = 255; since[h] = 255; for (i : 0 .. RUNS-1) { during[i*HALVES+h] = 1 } i = 0; h++ }
  :: h == HALVES -> break
  od;
secretsGone:
  atomic { ASK; d_step { c = 0; for (j : 0 .. HALVES-1) { if :: half[j] != ABSENT -> c = 1 :: else fi } j = 0 } if :: c && !NO_LOOK_AFTER -> c = 0; END(RED) :: else c = 0 fi }
deleteUser:
  atomic { CALL; if :: listed && !NO_LOOK_AFTER -> END(RED) :: else -> if :: there >= 2 -> END(RED) :: else -> there = 0; d_step { listed = 0; usable = 0; for (i : 0 .. KEYS-1) { tag[i] = TAG(UNTAGGED,NONE,0) } i = 0 } fi fi }
  atomic { END(GREEN) }
#if USERS > 1
  /* the next user: what failed with one changes nothing of another */
next: atomic {
    if :: UNDO_ALL && failed && !finale && u < USERS-1 -> d_step { u++; DELETE_KEY(x); u-- } :: else fi;
    if :: u == 0 -> status[me] = (failed -> RED : GREEN); lastGreen = (!failed && (upToDate & BIT(me)) -> kind : NONE); goto over
    :: u > 0 -> u--; d_step { x = NONE; planned = NONE; h = 0; k = 0; ended = 0; put = 0; unanswered = 0; mine = 0; i = 0; j = 0; c = 0; n = 0 } goto plan
    fi }
#endif
over: atomic { skip; d_step { for (i : 0 .. KEYS-1) { seenTag[i] = 0 } seen = 0; seenUsable = 0; seenThere = 0; x = 0; current = 0; leftover = 0; suspects = 0; arrived = 0; replaced = 0; retirable = 0; k = 0; h = 0; i = 0; j = 0; c = 0; n = 0; before = 0; ended = 0; planned = 0; u = 0;
#ifdef OVER
  overFor[me] = 0;
#endif
  } }
}

#include "outcome.pml"
