//! Plain proxies, tuned as far as they go, and nginx as the least that an HTTP server can do.

use std::fmt::Write as _;
use std::io;
use std::process::Command;

use super::servers::{Plan, Server, Servers, binary, free_address};

impl Servers {
    /// Buffers of 256 KiB, nothing collected before it is passed on, connections kept, no access log.
    pub fn nginx(&self, backend: &Server) -> io::Result<Server> {
        let upstream =
            format!("upstream backend {{ server {}; keepalive 256; keepalive_requests 1000000; }}", backend.s3.address);
        let location = "location / { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection \"\"; \
                        proxy_set_header Host $http_host; proxy_request_buffering off; proxy_buffering off; \
                        proxy_buffer_size 256k; proxy_buffers 8 256k; }";
        self.start(self.nginx_plan("nginx", &upstream, location)?)
    }

    /// Answers `/name` with `return 200` and a body of so many bytes, anything else with an empty one.
    pub fn nginx_return_plan(&self, bodies: &[(&str, usize)]) -> io::Result<Plan> {
        let mut locations = "default_type application/x-amz-json-1.1; location / { return 200; }".to_owned();
        for (name, len) in bodies {
            let _ = write!(locations, " location = /{name} {{ return 200 \"{}\"; }}", "x".repeat(*len));
        }
        self.nginx_plan("nginx-return", "", &locations)
    }

    fn nginx_plan(&self, name: &'static str, upstream: &str, locations: &str) -> io::Result<Plan> {
        let address = free_address()?;
        let folder = self.path(name);
        std::fs::create_dir_all(&folder)?;
        let folder = folder.display();
        let config = format!(
            "daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/error.log; \
             events {{ worker_connections 1024; }} \
             http {{ access_log off; tcp_nodelay on; keepalive_requests 1000000; client_max_body_size 0; \
             client_body_buffer_size 256k; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; \
             fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; \
             {upstream} server {{ listen {address} backlog=1024; {locations} }} }}"
        );
        let file = self.path(&format!("{name}.conf"));
        std::fs::write(&file, config)?;
        let mut command = Command::new(binary("SEALGATE_NGINX", "nginx"));
        command.arg("-c").arg(file);
        Ok(Plan { name, address, command })
    }

    /// Two threads, kernel splicing in both directions.
    pub fn haproxy(&self, backend: &Server) -> io::Result<Server> {
        let address = free_address()?;
        let config = format!(
            "global\n  nbthread 2\n  maxconn 4000\n  tune.pipesize 262144\n\
             defaults\n  mode http\n  option splice-auto\n  option http-no-delay\n  http-reuse always\n  \
             timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n\
             frontend front\n  bind {address}\n  default_backend back\n\
             backend back\n  server minio {}\n",
            backend.s3.address
        );
        let file = self.path("haproxy.cfg");
        std::fs::write(&file, config)?;
        let mut command = Command::new(binary("SEALGATE_HAPROXY", "haproxy"));
        command.arg("-db").arg("-f").arg(file);
        self.start(Plan { name: "haproxy", address, command })
    }
}
