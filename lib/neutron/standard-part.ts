/** What holds for all resources: attributes that they share, and what lists can do. */
import type { Part } from "./resource.ts";

export const PART: Part = {
  resources: [],
  extensions: [
    {
      alias: "standard-attr-description",
      name: "standard-attr-description",
      description: "Extension to add descriptions to standard attributes",
      updated: "2016-02-10T10:00:00-00:00",
    },
    {
      alias: "standard-attr-revisions",
      name: "Resource revision numbers",
      description: "This extension will display the revision number of neutron resources.",
      updated: "2016-04-11T10:00:00-00:00",
    },
    {
      alias: "standard-attr-tag",
      name: "Tag support for resources with standard attribute: port, subnet, subnetpool, network, security_group, router, floatingip, policy, trunk, network_segment_range",
      description: "Enables to set tag on resources with standard attribute.",
      updated: "2017-01-01T00:00:00-00:00",
    },
    {
      alias: "standard-attr-timestamp",
      name: "Resource timestamps",
      description:
        "Adds created_at and updated_at fields to all Neutron resources that have Neutron standard attributes.",
      updated: "2016-09-12T10:00:00-00:00",
    },
    {
      alias: "revision-if-match",
      name: "If-Match constraints based on revision_number",
      description: "Extension indicating that If-Match based on revision_number is supported.",
      updated: "2016-12-11T00:00:00-00:00",
    },
    {
      alias: "filter-validation",
      name: "Filter parameters validation",
      description: "Provides validation on filter parameters.",
      updated: "2018-07-04T10:00:00-00:00",
    },
    {
      alias: "empty-string-filtering",
      name: "Empty String Filtering Extension",
      description: "Allow filtering by attributes with empty string value",
      updated: "2018-05-01T10:00:00-00:00",
    },
    {
      alias: "ip-substring-filtering",
      name: "IP address substring filtering",
      description: "Provides IP address substring filtering when listing ports",
      updated: "2017-11-28T09:00:00-00:00",
    },
    {
      alias: "sorting",
      name: "Sorting support",
      description: "Extension that indicates that sorting is enabled.",
      updated: "2016-06-12T00:00:00-00:00",
    },
    {
      alias: "pagination",
      name: "Pagination support",
      description: "Extension that indicates that pagination is enabled.",
      updated: "2016-06-12T00:00:00-00:00",
    },
    {
      alias: "project-id",
      name: "project_id field enabled",
      description: "Extension that indicates that project_id field is enabled.",
      updated: "2016-09-09T09:09:09-09:09",
    },
  ],
};
