-- AlterEnum
ALTER TYPE "OrderStatus" ADD VALUE 'RETURNED';

-- AlterTable
ALTER TABLE "Order" ADD COLUMN "number" TEXT NOT NULL;
ALTER TABLE "Order" ADD COLUMN "token" UUID NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE "Order" ALTER COLUMN "total" SET DATA TYPE DECIMAL(12,4);
ALTER TABLE "Order" ALTER COLUMN "note" SET NOT NULL;
ALTER TABLE "Order" ADD CONSTRAINT "Order_total_check" CHECK ("total" >= 0);

-- Names were typed with blanks around them.
UPDATE "Customer" SET "name" = trim("name");

-- CreateIndex
CREATE INDEX "Customer_name_idx" ON "Customer"("name");
CREATE INDEX CONCURRENTLY "Order_number_idx" ON "Order"("number");
