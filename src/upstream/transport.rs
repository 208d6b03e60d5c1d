//! HTTP to the backend.

use http::Response;

use super::{BoxBody, Config, Error, Request};

pub struct Http {
    config: Config,
}

impl Http {
    pub fn new(config: Config) -> Result<Self, Error> {
        Ok(Self { config })
    }

    pub async fn send(&self, request: Request) -> Result<Response<BoxBody>, Error> {
        let _uri = super::addressing::uri(&self.config.endpoint, self.config.addressing, &request)?;
        Err(Error::Unbuildable("(this room is being built)".into()))
    }
}
