//! The network's stack: a VPC with public and private subnets, ways out, endpoints, and the security
//! group that tasks get.

use groundwork_model::spec::{Endpoint, Environment, ManagedNetwork, Tier};
use groundwork_model::{LogicalId, Partition};

use super::value::Expr;
use super::{Builder, Resource, Template, logical_id, names, outputs, tags};
use crate::layout::{Layout, Placed};

const ANYWHERE: &str = "0.0.0.0/0";

/// The template of a network.
pub fn network(env: &Environment, network: &ManagedNetwork, layout: &Layout) -> Template {
    let mut draft = Draft {
        template: Builder::new("groundwork: the network that CloudReactor runs tasks in"),
        env,
        network,
        layout,
        vpc: logical_id("Vpc"),
        gateway: logical_id("InternetGateway"),
        attachment: logical_id("InternetGatewayAttachment"),
        public_route_table: logical_id("RouteTablePublic"),
        task_group: logical_id("TaskSecurityGroup"),
        endpoint_group: logical_id("EndpointSecurityGroup"),
    };
    draft.vpc();
    if !layout.public.is_empty() {
        draft.internet_gateway();
        draft.public_subnets();
    }
    draft.nat_gateways();
    draft.private_subnets();
    draft.security_groups();
    draft.endpoints();
    draft.outputs();
    draft.template.build()
}

struct Draft<'a> {
    template: Builder,
    env: &'a Environment,
    network: &'a ManagedNetwork,
    layout: &'a Layout,
    vpc: LogicalId,
    gateway: LogicalId,
    attachment: LogicalId,
    public_route_table: LogicalId,
    task_group: LogicalId,
    endpoint_group: LogicalId,
}

impl Draft<'_> {
    fn vpc(&mut self) {
        let vpc = Resource::new(
            "AWS::EC2::VPC",
            [
                ("CidrBlock", self.network.cidr.to_string().into()),
                // Private names of endpoints work only with both.
                ("EnableDnsSupport", true.into()),
                ("EnableDnsHostnames", true.into()),
                ("Tags", self.name("vpc")),
            ],
        );
        self.template.resource(&self.vpc, vpc);
    }

    fn internet_gateway(&mut self) {
        let gateway = Resource::new("AWS::EC2::InternetGateway", [("Tags", self.name("internet"))]);
        self.template.resource(&self.gateway, gateway);
        let attachment = Resource::new(
            "AWS::EC2::VPCGatewayAttachment",
            [("VpcId", Expr::id_of(&self.vpc)), ("InternetGatewayId", Expr::id_of(&self.gateway))],
        );
        self.template.resource(&self.attachment, attachment);
    }

    fn public_subnets(&mut self) {
        let table = self.public_route_table.clone();
        self.route_table(&table, "public");
        let route = default_route(&table, "GatewayId", &self.gateway).after(self.attachment.clone());
        self.template.resource(&logical_id("RoutePublic"), route);
        for placed in &self.layout.public {
            self.subnet(Tier::Public, placed, &table);
        }
    }

    fn private_subnets(&mut self) {
        for placed in &self.layout.private {
            let table = names::private_route_table(&placed.zone_id);
            self.route_table(&table, &format!("private-{}", placed.zone));
            if let Some(zone) = self.layout.nat.routes.get(&placed.zone_id) {
                let route = default_route(&table, "NatGatewayId", &names::nat_gateway(zone));
                self.template.resource(&names::private_route(&placed.zone_id), route);
            }
            self.subnet(Tier::Private, placed, &table);
        }
    }

    fn route_table(&mut self, id: &LogicalId, name: &str) {
        let properties = [("VpcId", Expr::id_of(&self.vpc)), ("Tags", self.name(name))];
        self.template.resource(id, Resource::new("AWS::EC2::RouteTable", properties));
    }

    fn subnet(&mut self, tier: Tier, placed: &Placed, route_table: &LogicalId) {
        let id = names::subnet(tier, &placed.zone_id);
        let name = match tier {
            Tier::Public => format!("public-{}", placed.zone),
            Tier::Private => format!("private-{}", placed.zone),
        };
        let subnet = Resource::new(
            "AWS::EC2::Subnet",
            [
                ("VpcId", Expr::id_of(&self.vpc)),
                ("CidrBlock", placed.cidr.to_string().into()),
                // By name: the order of `Fn::GetAZs` is not guaranteed, and another zone would replace
                // the subnet.
                ("AvailabilityZone", placed.zone.as_str().into()),
                // Fargate asks for a public address task by task; nothing else should get one unasked.
                ("MapPublicIpOnLaunch", false.into()),
                ("Tags", self.name(&name)),
            ],
        );
        self.template.resource(&id, subnet);
        let association = Resource::new(
            "AWS::EC2::SubnetRouteTableAssociation",
            [("SubnetId", Expr::id_of(&id)), ("RouteTableId", Expr::id_of(route_table))],
        );
        self.template.resource(&names::association(tier, &placed.zone_id), association);
    }

    fn nat_gateways(&mut self) {
        let layout = self.layout;
        for placed in layout.public.iter().filter(|placed| layout.nat.gateways.contains(&placed.zone_id)) {
            let zone = &placed.zone_id;
            let name = format!("nat-{}", placed.zone);
            let address = Resource::new("AWS::EC2::EIP", [("Domain", "vpc".into()), ("Tags", self.name(&name))]);
            self.template.resource(&names::nat_address(zone), address.after(self.attachment.clone()));
            let gateway = Resource::new(
                "AWS::EC2::NatGateway",
                [
                    ("SubnetId", Expr::id_of(&names::subnet(Tier::Public, zone))),
                    ("AllocationId", Expr::Attribute(names::nat_address(zone), "AllocationId")),
                    ("Tags", self.name(&name)),
                ],
            );
            self.template.resource(&names::nat_gateway(zone), gateway.after(self.attachment.clone()));
        }
    }

    /// Neither group has a name of its own: a named one could not be replaced. Descriptions cannot be
    /// changed without replacing the group, so they must stay as they are.
    fn security_groups(&mut self) {
        let out = rule([("IpProtocol", "-1".into()), ("CidrIp", ANYWHERE.into()), describe("everywhere")]);
        // Ingress is left out, not empty: nothing gets in, and a rule that another stack adds for its
        // own purposes is no drift.
        let tasks = Resource::new(
            "AWS::EC2::SecurityGroup",
            [
                ("GroupDescription", "Tasks of CloudReactor".into()),
                ("VpcId", Expr::id_of(&self.vpc)),
                ("SecurityGroupEgress", Expr::list([out])),
                ("Tags", self.name("tasks")),
            ],
        );
        self.template.resource(&self.task_group, tasks);
        if !self.interfaces().any(|_| true) {
            return;
        }
        // From the whole VPC: with private DNS, every client in it is led to the endpoints.
        let https = rule([
            ("IpProtocol", "tcp".into()),
            ("FromPort", 443.into()),
            ("ToPort", 443.into()),
            ("CidrIp", self.network.cidr.to_string().into()),
            describe("https from the VPC"),
        ]);
        let endpoints = Resource::new(
            "AWS::EC2::SecurityGroup",
            [
                ("GroupDescription", "Endpoints of AWS services".into()),
                ("VpcId", Expr::id_of(&self.vpc)),
                ("SecurityGroupIngress", Expr::list([https])),
                ("Tags", self.name("endpoints")),
            ],
        );
        self.template.resource(&self.endpoint_group, endpoints);
    }

    fn endpoints(&mut self) {
        for &endpoint in &self.network.endpoints {
            let resource =
                if endpoint.is_gateway() { self.gateway_endpoint(endpoint) } else { self.interface(endpoint) };
            self.template.resource(&names::endpoint(endpoint), resource);
        }
    }

    /// In every route table: it costs nothing, and public subnets profit from it too.
    fn gateway_endpoint(&self, endpoint: Endpoint) -> Resource {
        Resource::new(
            "AWS::EC2::VPCEndpoint",
            [
                ("VpcEndpointType", "Gateway".into()),
                ("VpcId", Expr::id_of(&self.vpc)),
                ("ServiceName", service_name(self.env.partition(), endpoint)),
                ("RouteTableIds", Expr::List([self.public_tables(), self.private_tables()].concat())),
                ("Tags", self.name(endpoint.as_str())),
            ],
        )
    }

    /// Where the tasks are, in each of their zones: traffic between zones costs, and a zone that fails
    /// takes nothing away from the others.
    fn interface(&self, endpoint: Endpoint) -> Resource {
        let tier = self.network.tasks_in;
        Resource::new(
            "AWS::EC2::VPCEndpoint",
            [
                ("VpcEndpointType", "Interface".into()),
                ("VpcId", Expr::id_of(&self.vpc)),
                ("ServiceName", service_name(self.env.partition(), endpoint)),
                ("PrivateDnsEnabled", true.into()),
                ("SubnetIds", Expr::List(self.subnets(tier))),
                ("SecurityGroupIds", Expr::list([Expr::id_of(&self.endpoint_group)])),
                ("Tags", self.name(endpoint.as_str())),
            ],
        )
    }

    fn outputs(&mut self) {
        self.output(outputs::VPC, "The VPC", &Expr::id_of(&self.vpc.clone()));
        self.output(outputs::CIDR_BLOCK, "The VPC's addresses", &Expr::Attribute(self.vpc.clone(), "CidrBlock"));
        let group = Expr::Attribute(self.task_group.clone(), "GroupId");
        self.output(outputs::DEFAULT_TASK_SECURITY_GROUP, "Run Environment: the security group of tasks", &group);
        if !self.layout.public.is_empty() {
            let gateway = Expr::id_of(&self.gateway);
            self.output(outputs::INTERNET_GATEWAY, "The internet gateway", &gateway);
        }
        let gateways = &self.layout.nat.gateways;
        for (key, description, items) in [
            (outputs::SUBNETS_PUBLIC, "The public subnets", self.subnets(Tier::Public)),
            (outputs::SUBNETS_PRIVATE, "The private subnets", self.subnets(Tier::Private)),
            (outputs::ROUTE_TABLES_PUBLIC, "The route table of the public subnets", self.public_tables()),
            (outputs::ROUTE_TABLES_PRIVATE, "The route tables of the private subnets", self.private_tables()),
            (outputs::NAT_GATEWAYS, "The NAT gateways", ids(gateways.iter().map(names::nat_gateway))),
            (
                outputs::NAT_ADDRESSES,
                "The public addresses that private subnets go out by",
                ids(gateways.iter().map(names::nat_address)),
            ),
        ] {
            // An output cannot be an empty text.
            if !items.is_empty() {
                self.output(key, description, &Expr::CommaJoined(items));
            }
        }
        for tier in [Tier::Public, Tier::Private] {
            for placed in self.layout.tier(tier) {
                let id = names::subnet(tier, &placed.zone_id);
                self.output(id.as_str(), &format!("The subnet {} in {}", placed.cidr, placed.zone), &Expr::id_of(&id));
            }
        }
    }

    fn output(&mut self, key: &str, description: &str, value: &Expr) {
        self.template.output(&outputs::key(key), description, value);
    }

    fn interfaces(&self) -> impl Iterator<Item = Endpoint> + '_ {
        self.network.endpoints.iter().copied().filter(|endpoint| !endpoint.is_gateway())
    }

    fn subnets(&self, tier: Tier) -> Vec<Expr> {
        ids(self.layout.tier(tier).iter().map(|placed| names::subnet(tier, &placed.zone_id)))
    }

    fn public_tables(&self) -> Vec<Expr> {
        ids((!self.layout.public.is_empty()).then(|| self.public_route_table.clone()))
    }

    fn private_tables(&self) -> Vec<Expr> {
        ids(self.layout.private.iter().map(|placed| names::private_route_table(&placed.zone_id)))
    }

    /// The `Name` tag, by which people find things in the console.
    fn name(&self, what: &str) -> Expr {
        tags([("Name", format!("{}-{what}", self.env.name).into())])
    }
}

fn default_route(table: &LogicalId, kind: &'static str, target: &LogicalId) -> Resource {
    Resource::new(
        "AWS::EC2::Route",
        [("RouteTableId", Expr::id_of(table)), ("DestinationCidrBlock", ANYWHERE.into()), (kind, Expr::id_of(target))],
    )
}

fn rule<const N: usize>(fields: [(&str, Expr); N]) -> Expr {
    Expr::object(fields)
}

fn describe(text: &str) -> (&'static str, Expr) {
    ("Description", text.into())
}

fn ids(resources: impl IntoIterator<Item = LogicalId>) -> Vec<Expr> {
    resources.into_iter().map(|id| Expr::id_of(&id)).collect()
}

/// AWS's name of an endpoint's service. In the partitions below some services go by another name; AWS
/// tells only through `DescribeVpcEndpointServices`, so the list is the AWS CDK's
/// (`aws-ec2/lib/vpc-endpoint.ts`), as far as it concerns our endpoints.
fn service_name(partition: Partition, endpoint: Endpoint) -> Expr {
    use Endpoint::{EcrApi, EcrDkr, Efs, Lambda, Monitoring, Sqs, Sts};
    let prefix = match (partition, endpoint) {
        (Partition::China, EcrApi | EcrDkr | Efs | Lambda | Monitoring | Sqs | Sts) => "cn.com.amazonaws",
        (Partition::EuropeanSovereign, EcrApi | EcrDkr) => "eu.amazonaws",
        _ => "com.amazonaws",
    };
    Expr::Sub(format!("{prefix}.${{AWS::Region}}.{endpoint}"))
}
