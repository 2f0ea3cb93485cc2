(()=>{"use strict";(0,require("../action/index.js").start)(process),module.exports={}})();
