package main

import (
	"context"
	"path/filepath"

	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/local"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// installation reaches all parts of the installation to work on: those that the environment names if
// NATS_URL is set, else those of the one that runs on the data folder.
func (c *CLI) installation(ctx context.Context, t *terminal) (run.Platform, func(), error) {
	address, err := run.Env("NATS_URL")
	if err != nil {
		return run.Platform{}, nil, err
	}
	if address != "" {
		return outside(ctx, c, t)
	}
	p := run.Platform{Logger: t.log, Version: version}
	conn, stop, err := c.connect(ctx, t.log)
	if err != nil {
		return p, nil, err
	}
	p.Logs = conn
	if p.DatabaseURL, err = local.PostgresURL(filepath.Join(c.Data, "postgres")); err == nil {
		p.Blob, err = localStore(ctx, c.Data)
	}
	if err != nil {
		stop()
		return p, nil, err
	}
	return p, stop, nil
}

// localStore is the object store of the installation that runs on the folder.
func localStore(ctx context.Context, data string) (*blob.Store, error) {
	s3, err := local.FindS3(filepath.Join(data, "s3"))
	if err != nil {
		return nil, err
	}
	return blob.Open(ctx, blob.Config{
		Endpoint: "http://" + s3.Endpoint, Bucket: s3.Bucket, AccessKey: s3.AccessKey, SecretKey: s3.SecretKey,
	})
}
