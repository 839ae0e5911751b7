import { Component, h } from 'preact';
import type { ComponentChild, JSX } from 'preact';

/** A component that draws again only where a property is another one. */
export function memo<Props extends object>(draw: (props: Props) => JSX.Element): (props: Props) => JSX.Element {
  class Memo extends Component<Props> {
    override shouldComponentUpdate(next: Props): boolean {
      return Object.entries(next).some(([name, value]) => Reflect.get(this.props, name) !== value);
    }

    override render(props: Props): ComponentChild {
      return h(draw as (props: object) => JSX.Element, props);
    }
  }
  return Memo as unknown as (props: Props) => JSX.Element;
}
