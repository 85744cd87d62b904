UPDATE "Customer" SET "email" = lower("email");
