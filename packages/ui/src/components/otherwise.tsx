import { Component, type ReactNode } from "react";

interface Props {
  readonly children: ReactNode;
  /** Replaces children that fail to render. */
  readonly fallback: ReactNode;
}

/** An error boundary: a part that fails, such as a text beyond its renderer's limits, does not break the page. */
export class Otherwise extends Component<Props, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? this.props.fallback : this.props.children;
  }
}
