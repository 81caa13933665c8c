import { Component, type ReactNode } from "react";

interface Props {
  readonly children: ReactNode;
  /** Shown in place of what can't be drawn. */
  readonly fallback: ReactNode;
}

/** Keeps a part that can't be drawn, such as a text beyond what its renderer can take, from taking the page with it. */
export class Otherwise extends Component<Props, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? this.props.fallback : this.props.children;
  }
}
