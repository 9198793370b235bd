import sys, math
from pathlib import Path
import numpy as np
from benchmarks.reaction import cells
from benchmarks.reaction.compose import *
D=Path('/tmp/wt/study-out/m')
C=dict(untripped_cap=math.log(250),trip=math.log(250))
comps={
 'today':TODAY,
 'capC':Composition(**C),
 'H.1':Composition(history=.1,history_where_bursts_last=.2,**C),
 'H.2':Composition(history=.2,history_where_bursts_last=.3,**C),
 'H.3':Composition(history=.3,history_where_bursts_last=.3,**C),
 'H.2B':Composition(history=.2,history_where_bursts_last=.3,raised_when_bursty=True,**C),
 'H.2k':Composition(history=.2,history_where_bursts_last=.3,kappas=(.1,.3,.6),**C),
}
def name(law,p,i,r,runs): return D/f"{law}-{p[0]}-{p[1]}-{p[2]}-{i}-{r}-{runs}.npz"
print('cell',*comps)
for law,p,i,r in (cells.everything() if sys.argv[1]=='equal' else cells.worse()):
    runs=2000 if sys.argv[1]=='equal' else 600
    f=name(law,p,i,r,runs)
    if not f.exists(): continue
    with np.load(f) as z: m=Material(**{k:z[k] for k in z.files})
    out=[]
    for c in comps.values():
        x=crossing(m,c)
        out.append(f"{100*np.isfinite(x).mean():.2f}" if r==1 else f"{np.minimum(x,60).mean():.2f}")
    print(f"{law[:14]:14} {p} {i:6} {r}", *out, '| alone20', f"{100*np.isfinite(alone(m,TODAY,20)).mean():.2f}", 'bursty',round(m.bursty.mean(),2),'untripped',round((m.trips<math.log(250)).mean(),2),flush=True)
