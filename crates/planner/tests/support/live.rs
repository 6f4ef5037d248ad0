//! What is live where every object is as its stack's template declares it.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use groundwork_model::plan::Component;
use groundwork_model::spec::Spec;
use groundwork_model::world::{
    AclEntry, Address, Cluster, InternetGateway, NatGateway, NetworkAcl, Observed, Route, RouteTable, Rule,
    SecurityGroup, StackResource, StrategyItem, Subnet, Vpc, VpcEndpoint, World,
};
use groundwork_planner::drift::{Live, LiveNetwork, LiveStack, Things};
use serde_json::{Value, json};

use super::applied::{attribute, physical_id};
use super::id;

/// What is live in a world that was applied; roles are not read.
pub fn live(spec: &Spec, world: &World) -> Live {
    let stacks = spec.managed_components().map(|(component, name)| {
        let stack = world.stack(name).expect("it was applied");
        let template: Value = serde_json::from_str(stack.template.as_deref().expect("it has one")).expect("it is JSON");
        let objects = Objects::new(&template);
        let things = match component {
            Component::Network => Things::Network(Box::new(objects.network())),
            Component::Cluster => Things::Cluster(Ok(objects.cluster(world))),
            Component::Role | Component::CloudReactor => Things::Unread,
        };
        let stack = Ok(Observed::Present(stack.clone()));
        (component, LiveStack { stack, resources: Ok(objects.resources()), detection: None, things })
    });
    Live {
        caller: world.caller.clone(),
        world: Ok(world.clone()),
        stacks: stacks.collect(),
        cluster: Ok(world.cluster.clone()),
        cloudreactor: Ok(world.cloudreactor.clone()),
    }
}

/// The objects of a template, with their ids.
struct Objects<'a> {
    template: &'a Value,
    /// Each Elastic IP has an address of its own.
    addresses: BTreeMap<&'a str, Ipv4Addr>,
}

impl<'a> Objects<'a> {
    fn new(template: &'a Value) -> Self {
        let objects = Self { template, addresses: BTreeMap::new() };
        let eips: Vec<&str> = objects.of("AWS::EC2::EIP").map(|(name, _)| name).collect();
        let address = |at: usize| Ipv4Addr::new(203, 0, 113, u8::try_from(at + 1).expect("few addresses"));
        Self { addresses: eips.into_iter().enumerate().map(|(at, name)| (name, address(at))).collect(), ..objects }
    }

    /// The objects of a type, with their properties.
    fn of(&self, kind: &'static str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let resources = self.template["Resources"].as_object().expect("it has resources");
        let of_kind = resources.iter().filter(move |(_, resource)| resource["Type"] == kind);
        of_kind.map(|(name, resource)| (name.as_str(), &resource["Properties"]))
    }

    fn id(&self, name: &str) -> String {
        self.addresses.get(name).map_or_else(|| physical_id(name, self.template), ToString::to_string)
    }

    fn resources(&self) -> Vec<StackResource> {
        let resources = self.template["Resources"].as_object().expect("it has resources");
        let resource = |(name, resource): (&String, &Value)| StackResource {
            logical_id: id(name),
            resource_type: resource["Type"].as_str().unwrap_or_default().to_owned(),
            physical_id: Some(self.id(name)),
            status: "CREATE_COMPLETE".to_owned(),
            reason: None,
        };
        resources.iter().map(resource).collect()
    }

    /// A text in the template, with ids put in.
    fn text(&self, value: &Value) -> String {
        match value["Ref"].as_str() {
            Some("AWS::Region") => return "us-west-2".to_owned(),
            Some(name) => return self.id(name),
            None => {}
        }
        if let Some(text) = value["Fn::Sub"].as_str() {
            return text.replace("${AWS::Region}", "us-west-2").replace("${AWS::AccountId}", "123456789012");
        }
        if let Some(parts) = value["Fn::Join"][1].as_array() {
            let delimiter = value["Fn::Join"][0].as_str().unwrap_or_default();
            return parts.iter().map(|part| self.text(part)).collect::<Vec<_>>().join(delimiter);
        }
        match value["Fn::GetAtt"].as_array().map(Vec::as_slice) {
            Some([name, kind]) if kind == "AllocationId" => {
                allocation(self.addresses[name.as_str().unwrap_or_default()])
            }
            Some([name, kind]) => attribute(name, kind, self.template),
            Some(_) | None => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        }
    }

    fn texts(&self, value: &Value) -> Vec<String> {
        value.as_array().into_iter().flatten().map(|item| self.text(item)).collect()
    }

    fn tags(&self, properties: &Value) -> BTreeMap<String, String> {
        let tags = properties["Tags"].as_array().into_iter().flatten();
        tags.map(|tag| (self.text(&tag["Key"]), self.text(&tag["Value"]))).collect()
    }

    fn network(&self) -> LiveNetwork {
        LiveNetwork {
            vpcs: Ok(self.of("AWS::EC2::VPC").map(|(name, vpc)| self.vpc(name, vpc)).collect()),
            subnets: Ok(self.of("AWS::EC2::Subnet").map(|(name, subnet)| self.subnet(name, subnet)).collect()),
            security_groups: Ok(self
                .of("AWS::EC2::SecurityGroup")
                .map(|(name, group)| self.group(name, group))
                .collect()),
            internet_gateways: Ok(self
                .of("AWS::EC2::InternetGateway")
                .map(|(name, own)| self.gateway(name, own))
                .collect()),
            addresses: Ok(self.of("AWS::EC2::EIP").map(|(name, own)| self.address(name, own)).collect()),
            nat_gateways: Ok(self.of("AWS::EC2::NatGateway").map(|(name, nat)| self.nat(name, nat)).collect()),
            route_tables: Ok(self.of("AWS::EC2::RouteTable").map(|(name, table)| self.table(name, table)).collect()),
            endpoints: Ok(self.of("AWS::EC2::VPCEndpoint").map(|(name, own)| self.endpoint(name, own)).collect()),
            acls: Ok(self.of("AWS::EC2::VPC").map(|(name, _)| self.acl(name)).collect()),
        }
    }

    fn vpc(&self, name: &str, properties: &Value) -> Vpc {
        Vpc {
            id: id(&self.id(name)),
            name: None,
            cidrs: vec![id(&self.text(&properties["CidrBlock"]))],
            dns_support: Some(true),
            dns_hostnames: Some(true),
            tags: self.tags(properties),
        }
    }

    fn subnet(&self, name: &str, properties: &Value) -> Subnet {
        Subnet {
            id: id(&self.id(name)),
            vpc: id(&self.text(&properties["VpcId"])),
            name: None,
            zone: self.text(&properties["AvailabilityZone"]),
            zone_id: String::new(),
            cidr: Some(id(&self.text(&properties["CidrBlock"]))),
            free_addresses: 100,
            available: true,
            owner: None,
            maps_public_ip: properties["MapPublicIpOnLaunch"] == json!(true),
            tags: self.tags(properties),
        }
    }

    fn group(&self, name: &str, properties: &Value) -> SecurityGroup {
        let rules = |property: &str| -> Vec<Rule> {
            properties[property].as_array().into_iter().flatten().map(|rule| self.rule(rule)).collect()
        };
        SecurityGroup {
            id: id(&self.id(name)),
            vpc: id(&self.text(&properties["VpcId"])),
            group_name: name.to_owned(),
            name: None,
            // A group that says nothing of what goes out lets everything out.
            egress: if properties["SecurityGroupEgress"].is_null() {
                vec![everywhere()]
            } else {
                rules("SecurityGroupEgress")
            },
            ingress: rules("SecurityGroupIngress"),
            tags: self.tags(properties),
        }
    }

    fn rule(&self, rule: &Value) -> Rule {
        let port = |name: &str| rule[name].as_i64().map(|port| i32::try_from(port).expect("a port"));
        let one = |name: &str| -> Vec<String> { rule.get(name).map(|peer| self.text(peer)).into_iter().collect() };
        Rule {
            protocol: self.text(&rule["IpProtocol"]),
            from_port: port("FromPort"),
            to_port: port("ToPort"),
            cidrs: one("CidrIp"),
            groups: one("SourceSecurityGroupId").iter().map(|group| id(group)).collect(),
            prefix_lists: Vec::new(),
        }
    }

    fn gateway(&self, name: &str, properties: &Value) -> InternetGateway {
        let own = self.id(name);
        let attachments = self.of("AWS::EC2::VPCGatewayAttachment").map(|(_, attachment)| attachment);
        let attached = attachments.filter(|attachment| self.text(&attachment["InternetGatewayId"]) == own);
        let vpcs = attached.map(|attachment| id(&self.text(&attachment["VpcId"]))).collect();
        InternetGateway { id: own, vpcs, tags: self.tags(properties) }
    }

    fn address(&self, name: &str, properties: &Value) -> Address {
        let address = self.addresses[name];
        Address { address, allocation: allocation(address), tags: self.tags(properties) }
    }

    fn nat(&self, name: &str, properties: &Value) -> NatGateway {
        let own = self.text(&properties["AllocationId"]);
        let addresses = self.addresses.values().filter(|address| allocation(**address) == own).copied().collect();
        let subnet: String = self.text(&properties["SubnetId"]);
        NatGateway {
            id: self.id(name),
            vpc: self.own_vpc(),
            state: "available".to_owned(),
            addresses,
            subnet: Some(id(&subnet)),
            tags: self.tags(properties),
        }
    }

    fn own_vpc(&self) -> groundwork_model::VpcId {
        let (name, _) = self.of("AWS::EC2::VPC").next().expect("a network has a VPC");
        id(&self.id(name))
    }

    fn table(&self, name: &str, properties: &Value) -> RouteTable {
        let own = self.id(name);
        let of_table = |kind| {
            let own = own.clone();
            self.of(kind).filter(move |(_, part)| self.text(&part["RouteTableId"]) == own).map(|(_, part)| part)
        };
        let target = |route: &Value| {
            let names = ["GatewayId", "NatGatewayId"];
            names.iter().find_map(|name| route.get(name)).map(|target| self.text(target)).unwrap_or_default()
        };
        let route =
            |destination: String, target: String| Route { destination, target, active: true, propagated: false };
        let routes = of_table("AWS::EC2::Route").map(|own| route(self.text(&own["DestinationCidrBlock"]), target(own)));
        let subnets = of_table("AWS::EC2::SubnetRouteTableAssociation").map(|own| id(&self.text(&own["SubnetId"])));
        RouteTable {
            id: own.clone(),
            vpc: self.own_vpc(),
            main: false,
            subnets: subnets.collect(),
            routes: routes.chain([route("10.0.0.0/16".to_owned(), "local".to_owned())]).collect(),
            tags: self.tags(properties),
        }
    }

    fn endpoint(&self, name: &str, properties: &Value) -> VpcEndpoint {
        VpcEndpoint {
            id: self.id(name),
            vpc: self.own_vpc(),
            service: self.text(&properties["ServiceName"]),
            gateway: properties["VpcEndpointType"] == "Gateway",
            state: "available".to_owned(),
            private_dns: properties["PrivateDnsEnabled"] == json!(true),
            route_tables: self.texts(&properties["RouteTableIds"]),
            security_groups: self.texts(&properties["SecurityGroupIds"]).iter().map(|group| id(group)).collect(),
            subnets: self.texts(&properties["SubnetIds"]).iter().map(|subnet| id(subnet)).collect(),
            policy: None,
            tags: self.tags(properties),
        }
    }

    /// The ACL that AWS makes every VPC with.
    fn acl(&self, vpc: &str) -> NetworkAcl {
        let entry = |(egress, number, allow)| AclEntry {
            egress,
            number,
            allow,
            protocol: "-1".to_owned(),
            block: "0.0.0.0/0".to_owned(),
            ports: None,
        };
        let entries = [(true, 100, true), (true, 32_767, false), (false, 100, true), (false, 32_767, false)];
        NetworkAcl {
            id: "acl-1".to_owned(),
            vpc: id(&self.id(vpc)),
            default: true,
            subnets: Vec::new(),
            entries: entries.map(entry).into(),
        }
    }

    fn cluster(&self, world: &World) -> Observed<Cluster> {
        let Observed::Present(cluster) = &world.cluster else { return Observed::Absent };
        let (_, properties) = self.of("AWS::ECS::Cluster").next().expect("the stack has one");
        let number = |value: &Value| i32::try_from(value.as_i64().unwrap_or_default()).expect("a small number");
        let strategy = properties["DefaultCapacityProviderStrategy"].as_array().into_iter().flatten();
        let strategy = strategy.map(|item| StrategyItem {
            provider: self.text(&item["CapacityProvider"]),
            weight: number(&item["Weight"]),
            base: number(&item["Base"]),
        });
        Observed::Present(Cluster {
            capacity_providers: self.texts(&properties["CapacityProviders"]),
            default_strategy: strategy.collect(),
            container_insights: properties["ClusterSettings"][0]["Value"].as_str().map(str::to_owned),
            ..cluster.clone()
        })
    }
}

fn everywhere() -> Rule {
    Rule {
        protocol: "-1".to_owned(),
        from_port: None,
        to_port: None,
        cidrs: vec!["0.0.0.0/0".to_owned()],
        groups: Vec::new(),
        prefix_lists: Vec::new(),
    }
}

fn allocation(address: Ipv4Addr) -> String {
    format!("eipalloc-{:08x}", u32::from(address))
}
