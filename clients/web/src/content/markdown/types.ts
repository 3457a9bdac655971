import type { Literal } from "mdast";

export type { CompileContext, Extension } from "mdast-util-from-markdown";
export type { Code } from "micromark-util-types";

export interface Math extends Literal {
  type: "math";
}

export interface InlineMath extends Literal {
  type: "inlineMath";
  /** Shown on a line of its own. */
  display: boolean;
}

declare module "mdast" {
  interface RootContentMap {
    math: Math;
    inlineMath: InlineMath;
  }
  interface BlockContentMap {
    math: Math;
  }
  interface PhrasingContentMap {
    inlineMath: InlineMath;
  }
}

declare module "micromark-util-types" {
  interface TokenTypeMap {
    mathFlow: "mathFlow";
    mathText: "mathText";
    mathData: "mathData";
  }
}
