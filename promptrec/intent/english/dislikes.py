import re
from promptrec.intent.english.cues import cues_of
from promptrec.intent.intent import Clause
WORD=re.compile(r"[\w'’&+/%-]+")
BREAK=re.compile(r"[.,;:!?()\[\]\"“”—–|\n…]|\s-\s")
MOST=5
def read_dislikes(text, taken=()):
    c=cues_of("en")
    masked=list(text)
    def mask(a,b):
        for i in range(a,b): masked[i]='|'
    for a,b in taken: mask(a,b)
    for m in c.harmless.finditer(''.join(masked)): mask(*m.span())
    s=''.join(masked)
    out=[]; pos=0; used=[]
    while m:=c.before.search(s,pos):
        pos=m.end()
        got=after(s,pos,c)
        for a,b in got:
            out.append((a,b)); pos=max(pos,b)
        if got: used.append((m.start(),got[-1][1]))
    for m in c.after.finditer(s):
        if any(a<=m.start()<b for a,b in used): continue
        got=before(s,m.start(),c)
        out+=got
    return [Clause(text=text[a:b],start=a,end=b) for a,b in sorted(set(out))]
def skip(s,i,c):
    while True:
        m=re.compile(r'\s*').match(s,i); i=m.end()
        f=c.filler.match(s,i)
        if not f: return i
        i=f.end()
def phrase(s,i,c):
    """one phrase from i: (start,end) or None"""
    i=skip(s,i,c); start=i; end=i; n=0
    while True:
        j=re.compile(r'[ \t]*').match(s,i).end()
        w=WORD.match(s,j)
        if not w or c.stop.match(s,j) and n>=0 and not (n==0 and s[j].isupper() and False): break
        if re.fullmatch(r'and|or|nor',w[0],re.I): break
        if n and c.before.match(s,j): break
        end=w.end(); i=end; n+=1
        if n>=MOST: break
    return (start,end) if end>start else None
def after(s,i,c):
    out=[]
    p=phrase(s,i,c)
    if not p: return []
    out.append(p)
    while True:
        i=out[-1][1]
        m=re.compile(r'\s*(?:(?:,\s*)?(?:and|or|nor)|/|&)\s+',re.I).match(s,i) or comma_list(s,i,c)
        if not m: break
        q=phrase(s,m.end(),c)
        if not q or len(s[q[0]:q[1]].split())>4 or c.before.match(s,m.end()) or c.stop.match(s,m.end()): break
        out.append(q)
    return out
def comma_list(s,i,c):
    m=re.compile(r'\s*,\s*').match(s,i)
    if not m: return None
    # only where the list ends with and/or in this sentence
    seg=re.match(r"[^.;:!?()\n]*",s[m.end():])[0]
    if re.match(r"(?:[\w'’-]+ ?){1,3}(?:, (?:[\w'’-]+ ?){1,3})*,? (?:and|or|nor) (?!i\b|we\b|please|it\b|they|he\b|she\b)",seg,re.I): return m
    return None
DET=re.compile(r"(?:and|but|or|so|because|the|a|an|any|some|my|his|her|their|our|those|these|that|all|just|also|i know it's a classic|sorry|though)\s+",re.I)
def before(s,j,c):
    seg_start=0
    for m in BREAK.finditer(s,0,j):
        if s[m.end():j].strip(): seg_start=m.end()
    seg=s[seg_start:j]
    m=list(re.finditer(r"\b(?:but|because|so|and i|when|which|that|where|if|as|since|with|while|or)\b",seg,re.I))
    if m: seg_start+=m[-1].end()
    a=seg_start; e=j
    while e>a and (s[e-1].isspace() or s[e-1] in ',:;?'): e-=1
    while a<e and s[a].isspace(): a+=1
    while d:=DET.match(s,a,e):
        a=d.end()
    words=s[a:e].split()
    if not words or len(words)>6: return []
    # list
    out=[]; k=a
    for part in re.finditer(r"(?:(?!\s+(?:and|or)\s+).)+",s[a:e]):
        t=part[0]; b=a+part.start()
        m=re.match(r"\s*(?:and|or)?\s*",t); b+=m.end()
        x=(b,a+part.end())
        if s[x[0]:x[1]].strip(): out.append(x)
    return out
