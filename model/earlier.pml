/* The earlier protocol: one record in one tag. It shows that the model finds what was seen. docs/key-model.md explains it. */
#define EARLIER
#include "world.pml"
#define NOTHING 0
#define CREATING 1
#define UNDERWAY 2
#define RECORDED 3
#define INCOMPLETE 4
#define RECORD(s,k_,after_,beside_) record = s; recordKey = k_; recordAfter = after_; recordBeside = beside_; printf("  run %d records %d, key %d after %d\n", me, s, k_, after_)
#ifndef STALE
#define STALE 0          /* the tag may be read as it was at the last tick */
#endif
#ifndef IN_TURN
#define IN_TURN 0        /* the second run begins when the first has ended */
#endif
#ifndef FAILS_LATE
#define FAILS_LATE 0     /* another user's delivery fails after this one's is done */
#endif
#define ASK if :: crashes > 0 && !finale -> crashes--; printf("  run %d dies\n", me); status[me] = DEAD; goto over :: true fi
#define LOWEST(set,k) k = 0; do :: (set) & BIT(k) -> break :: else -> k++ od
#define MAY_END(k) MUST(HELD_KEY, kind == DEPROVISION || !HELD(k)); MUST(PERSONS_KEY, kind == DEPROVISION || !(persons & BIT(k)))
inline DELETE_KEY(k) { MAY_END(k); listed = listed & (255-BIT(k)); usable = usable & (255-BIT(k)); printf("  run %d deletes key %d\n", me, k) }
inline READ() {
  seen = listed; seenUsable = usable; seenThere = there; seenRecord = record; seenKey = recordKey; seenAfter = recordAfter; seenBeside = recordBeside;
  if :: true :: STALE && !finale -> seenRecord = recordThen; seenKey = recordKeyThen; seenAfter = recordAfterThen; seenBeside = recordBesideThen fi;
}
#define LISTED(k) ((k) != NONE && (seen & BIT(k)))
/* what the record makes of the keys */
inline SETTLE_KEY() { d_step {
  leftover = 0; stage = NOTHING; current = NONE; retiring = NONE;
  if
  :: seenRecord == CREATING -> for (i : 0 .. KEYS-1) { if :: (seen & BIT(i)) && i != seenAfter && i != seenBeside -> leftover = leftover | BIT(i) :: else fi }
       if :: LISTED(seenAfter) -> stage = RECORDED; current = seenAfter :: else fi
  :: seenRecord == UNDERWAY ->
       n = 0; for (i : 0 .. HALVES-1) { if :: seenKey != NONE && (since[i] & BIT(seenKey)) && half[i] != ABSENT -> n++ :: else fi }
       if
       :: !LISTED(seenKey) || n < HALVES ->
          if :: LISTED(seenKey) -> leftover = BIT(seenKey) :: else fi;
          if :: n == 0 && LISTED(seenAfter) -> stage = RECORDED; current = seenAfter
             :: n != 0 && LISTED(seenAfter) -> stage = INCOMPLETE; retiring = seenAfter :: else fi
       :: else -> stage = RECORDED; current = seenKey; if :: LISTED(seenAfter) -> retiring = seenAfter :: else fi
       fi
  :: seenRecord == RECORDED -> if :: LISTED(seenKey) -> stage = RECORDED; current = seenKey; if :: LISTED(seenAfter) -> retiring = seenAfter :: else fi :: else fi
  :: seenRecord == INCOMPLETE -> if :: LISTED(seenAfter) -> stage = INCOMPLETE; retiring = seenAfter :: else fi
  :: else
  fi; i = 0; n = 0 } }
proctype Run(byte me; byte kind; byte document) {
  byte u, seen, seenUsable, seenThere, seenRecord, seenKey, seenAfter, seenBeside, i, n, leftover, stage, current, retiring, k, h, x = NONE, after = NONE, beside = NONE; bit mine, deactivates;
  if :: IN_TURN && me == 1 && !finale -> (status[0] != ALIVE) :: else fi;
  atomic { ASK; READ();
    if
    :: seenThere == 0 && (kind == ROTATE || kind == ROTATE_DELETE || kind == DEPROVISION) -> status[me] = GREEN; goto over
    :: seenThere == 0 && (kind == PROVISION || kind == EPHEMERAL) -> mine = (kind == EPHEMERAL); seen = 0; seenRecord = NOTHING; seenKey = NONE; seenAfter = NONE; seenBeside = NONE
    :: seenThere != 0 -> mine = 0
    fi;
    SETTLE_KEY(); k = seenThere }
  if :: k == 0 -> atomic { ASK; if :: there == 0 -> there = 1 :: else -> status[me] = RED; goto post fi } :: else fi;
  if :: kind == DEPROVISION -> goto deprovision :: else fi;
  /* first corrects what is recorded */
  do
  :: atomic { leftover != 0 -> ASK; d_step { LOWEST(leftover,k); DELETE_KEY(k); leftover = leftover & (255-BIT(k)); seen = seen & (255-BIT(k)); seenUsable = seenUsable & (255-BIT(k)) } }
  :: leftover == 0 -> break
  od;
  if :: stage == RECORDED && retiring != NONE -> atomic { ASK; d_step { MUST(HELD_KEY, !HELD(retiring)); usable = usable & (255-BIT(retiring)); seenUsable = seenUsable & (255-BIT(retiring)) } } :: else fi;
  if :: seenRecord != stage || seenKey != current -> atomic { ASK; RECORD(stage,current,NONE,NONE) } :: else fi;
  if
  :: kind == PROVISION || kind == EPHEMERAL ->
     if :: stage == RECORDED -> status[me] = GREEN; goto post
        :: stage == INCOMPLETE -> after = retiring; deactivates = 1
        :: stage == NOTHING -> if :: TWO(seen) -> status[me] = RED; goto post :: seen && !TWO(seen) -> LOWEST(seen,k); beside = k :: else fi
     fi
  :: kind == ROTATE || kind == ROTATE_DELETE ->
     if :: stage == RECORDED -> after = current :: stage == INCOMPLETE -> after = retiring :: stage == NOTHING && seen && !TWO(seen) -> LOWEST(seen,k); after = k
        :: else -> status[me] = GREEN; goto over fi;
     if :: TWO(seen) -> d_step { k = seen & (255-BIT(after)); n = k; LOWEST(n,k); n = 0 }
          if :: (seenUsable & BIT(k)) -> status[me] = RED; goto over :: else -> atomic { ASK; d_step { DELETE_KEY(k) } } fi
        :: else fi
  fi;
  if :: TWO(seen) && kind == PROVISION -> status[me] = RED; goto over :: else fi;
  atomic { ASK; RECORD(CREATING,NONE,after,beside) }
  atomic { ASK;
    if :: there == 0 || TWO(listed) -> status[me] = RED; goto post
       :: there && !TWO(listed) -> d_step { x = made; NEW_KEY(0); i = 0 }
       :: losses && !lateCreate && !finale -> losses--; lateCreate = 1; lateCreateAge = 0; status[me] = RED; goto post
    fi }
  atomic { ASK; if :: usable & BIT(x) -> skip :: else -> status[me] = RED; goto post fi }    /* tests it */
  atomic { ASK; RECORD(UNDERWAY,x,after,NONE) }
  h = 0;
  do
  :: atomic { h < HALVES -> ASK; d_step { LAND(h,x); h++ } }
  :: h == HALVES -> break
  od;
  atomic { ASK; RECORD(RECORDED,x,after,NONE) }
  if :: FAILS_LATE && !finale ->
       atomic { READ(); if :: seenRecord == RECORDED && seenKey == x -> seenRecord = UNDERWAY :: else fi; SETTLE_KEY() }
       do :: atomic { leftover != 0 -> d_step { LOWEST(leftover,k); DELETE_KEY(k); leftover = leftover & (255-BIT(k)) } } :: leftover == 0 -> break od;
       atomic { RECORD(stage,current,retiring,NONE); status[me] = RED; goto over }
     :: else fi;
  if :: after != NONE -> atomic { ASK; d_step { MUST(HELD_KEY, !HELD(after)); if :: kind == ROTATE_DELETE -> listed = listed & (255-BIT(after)) :: else fi; usable = usable & (255-BIT(after)) } }
       atomic { ASK; RECORD(RECORDED,x,NONE,NONE) } :: else fi;
  status[me] = GREEN;
post: if :: mine -> h = 0; do :: atomic { h < HALVES -> half[h] = ABSENT; h++ } :: h == HALVES -> break od;
       do :: atomic { listed -> d_step { k = listed; n = k; LOWEST(n,k); n = 0; MUST(HELD_KEY, k == x); listed = listed & (255-BIT(k)); usable = usable & (255-BIT(k)) } } :: listed == 0 -> break od;
       atomic { there = 0; RECORD(NOTHING,NONE,NONE,NONE) } :: else fi;
  goto over;
deprovision: do :: atomic { listed -> d_step { k = listed; n = k; LOWEST(n,k); n = 0; DELETE_KEY(k) } } :: listed == 0 -> break od;
  atomic { there = 0; RECORD(NOTHING,NONE,NONE,NONE) }
  h = 0; do :: atomic { h < HALVES -> half[h] = ABSENT; h++ } :: h == HALVES -> break od;
  status[me] = GREEN;
over: skip
}
#include "outcome.pml"
