"use strict";exports.id=4008,exports.ids=[4008],exports.modules={14008:((s,r,e)=>{e.d(r,{fromEnv:()=>o.sF});var o=e(83099)})};
