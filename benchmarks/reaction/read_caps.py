import sys, math
from pathlib import Path
import numpy as np
from benchmarks.reaction import cells
from benchmarks.reaction.compose import *
D=Path('/tmp/wt/study-out/m')
def C(cap,trip=250,**k): return Composition(history=.2,history_where_bursts_last=.3,untripped_cap=math.log(cap) if cap<1e9 else np.inf,trip=math.log(trip),**k)
comps={'250':C(250),'4000':C(4000),'inf':C(1e12),'250/10':C(250,raised_minutes=10),'4000/10':C(4000,raised_minutes=10),'inf/10':C(1e12,raised_minutes=10),'4000/10/80':C(4000,80,raised_minutes=10),
'4000/10k':C(4000,raised_minutes=10,kappas=(.1,.3,.6)),
'80:1 4000/10':C(4000,raised_minutes=10,alpha=.025,guards=2),'80:1k':C(4000,raised_minutes=10,alpha=.025,guards=2,kappas=(.1,.3,.6)),'80:1today':Composition(alpha=.025,guards=2)}
def name(law,p,i,r,runs): return D/f"{law}-{p[0]}-{p[1]}-{p[2]}-{i}-{r}-{runs}.npz"
print('cell',*comps)
want=[c for c in cells.everything() if c[0][0] in 'nrd' or c[2]=='outage' and c[0][0]in '5g' ][:]+[c for c in cells.worse() if c[1]==(100,.05,.002)]
for law,p,i,r in want:
    runs=2000 if (law,p,i,r) in cells.everything() else 600
    f=name(law,p,i,r,runs)
    if not f.exists(): continue
    with np.load(f) as z: m=Material(**{k:z[k] for k in z.files})
    out=[]
    for c in comps.values():
        x=crossing(m,c)
        out.append(f"{100*np.isfinite(x).mean():.2f}" if r==1 else f"{np.minimum(x,60).mean():.2f}")
    print(f"{law[:14]:14} {p} {i:6} {r}", *out,flush=True)
