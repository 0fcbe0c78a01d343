import { Tensor, add, mul, div, square, setDefaultBackend, readElementsSync, memory, callReduce, callMatmul, callView, sliceView, permuteView } from "@lucid/tensor/core";
import { input, scalar, op } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import "./install.js";
import { grad, noGrad } from "./index.js";
setDefaultBackend(createCpuBackend());
const show=(t: Tensor|null)=>console.log(t && t.shape, t && readElementsSync("x", t));
const sum=(t:Tensor, axes=[...t.shape.keys()], keepdim=false)=>callReduce([t],{op:"sum",value:input(0,t.dtype),finish:undefined,scalars:[],axes,keepdim,name:"sum"});
const mean=(t:Tensor)=>callReduce([t],{op:"sum",value:input(0,t.dtype),finish:op("div",input(0,t.dtype),scalar(0,t.dtype)),scalars:[t.size],axes:[...t.shape.keys()],keepdim:false,name:"mean"});
const prod=(t:Tensor, axes=[...t.shape.keys()])=>callReduce([t],{op:"prod",value:input(0,t.dtype),finish:undefined,scalars:[],axes,keepdim:false,name:"prod"});
const amax=(t:Tensor, axes=[...t.shape.keys()])=>callReduce([t],{op:"max",value:input(0,t.dtype),finish:undefined,scalars:[],axes,keepdim:false,name:"amax"});
const x=new Tensor([[1,2],[3,4]],{requiresGrad:true}); const b=new Tensor([10,20],{requiresGrad:true});
const y=mean(square(add(x,b)));
y.backward(); show(x.grad); show(b.grad);
x.grad=null; prod(x).backward(); show(x.grad); 
const z=new Tensor([2,0,3,0],{requiresGrad:true}); prod(z).backward(); show(z.grad);
const m=new Tensor([1,5,5],{requiresGrad:true}); amax(m).backward(); show(m.grad);
x.grad=null; sum(square(callMatmul(x,x))).backward(); show(x.grad);
x.grad=null; const h=mul(x,1); const v=callView(sliceView,h,{starts:[0,0],steps:[1,1],sizes:[1,2]}); mul.into(v,[v,3]); sum(square(h)).backward(); show(x.grad);
show(grad((t: Tensor)=>sum(mul(mul(t,t),t)))(new Tensor([2])));
show(grad((t: Tensor)=>sum(grad((t: Tensor)=>sum(mul(mul(t,t),t)))(t)))(new Tensor([2])));
try { y.backward() } catch(e) { console.log(String(e)) }
try { mul.into(x,[x,2]) } catch(e) { console.log(String(e)) }
const w=new Tensor([1,2],{requiresGrad:true}); const q=mul(w,1); const r=mul(q,q); mul.into(q,[q,2]); try { sum(r).backward() } catch(e) { console.log(String(e)) } show(w.grad);
console.log(memory());
for (let r=0;r<5;r++){ const t=performance.now(); for(let i=0;i<1e5;i++) { b.grad=null; const l=sum(square(add(b,b))); l.backward(); } console.log(((performance.now()-t)/1e5*1e3).toFixed(3),"µs"); }
