import {
  Bot,
  Boxes,
  Cable,
  GitCompareArrows,
  Globe,
  Grid3x3,
  type LucideIcon,
  Network,
  Router,
  Server,
  ShieldCheck,
  Waypoints,
  Zap,
} from "lucide-react";

export interface NavEntry {
  /** Last part of the path under /clouds/<cloud>/. */
  slug: string;
  label: string;
  /** Another page that belongs to it. */
  also?: string;
  icon: LucideIcon;
  /** Not there, rather than greyed, for tenants. */
  forAdmins?: boolean;
  /** Not there for recordings. */
  embeddedOnly?: boolean;
}

/** The left rail: the tenant's view first, then what is under it, then the verb. */
export const NAV: readonly (readonly NavEntry[])[] = [
  [
    { slug: "topology", label: "Topology", icon: Network },
    { slug: "instances", label: "Instances", icon: Boxes },
    { slug: "networks", label: "Networks", icon: Cable },
    { slug: "routers", label: "Routers", icon: Router },
    { slug: "security-groups", label: "Security groups", icon: ShieldCheck },
    { slug: "floating-ips", label: "Floating IPs", icon: Globe },
  ],
  [
    { slug: "hosts", label: "Hosts", icon: Server, forAdmins: true },
    { slug: "check", label: "Check", icon: GitCompareArrows, forAdmins: true },
    { slug: "agents", label: "Agents", icon: Bot, forAdmins: true },
    { slug: "faults", label: "Faults", icon: Zap, forAdmins: true, embeddedOnly: true },
  ],
  [
    { slug: "trace", label: "Traces", also: "traces", icon: Waypoints },
    { slug: "reachability", label: "Reachability", icon: Grid3x3 },
  ],
];
